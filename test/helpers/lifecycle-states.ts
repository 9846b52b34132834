import { once } from 'node:events';
import { connect, DtlsServer } from 'lwm2m-tls';
import { SilentServer } from './silent-server.js';

const psk = { identity: 'device', key: Buffer.from('key') };

/** Brings the process or thread into a state in which it then ends. Whatever is open stays open. */
export const lifecycleStates: Record<string, () => Promise<unknown>> = {
  imported: async () => {},
  'server made': async () => newServer(),
  'listen pending': async () => void newServer().listen({ host: 'localhost' }),
  listening: () => listening(),
  'listening without holding the process': async () => (await listening()).server.unref(),
  'listening over libuv': () => listening('uv'),
  'handshake begun': async () => {
    const silent = await SilentServer.open();
    void dial(silent.port);
    while (silent.arrivals.length === 0) await new Promise((resolve) => setImmediate(resolve));
  },
  'handshakes under way': async () => {
    const { port } = await listening();
    for (let i = 0; i < 20; i += 1) void dial(port);
    await new Promise((resolve) => setImmediate(resolve));
  },
  connected: () => connected(),
  'connected over libuv': () => connected('uv'),
  'messages flying': async () => {
    const { client, server } = await connected();
    pingPong(client, server);
    await once(client, 'message');
  },
  'message just delivered': async () => {
    const { client, server } = await connected();
    pingPong(client, server);
    await new Promise<void>((resolve) => client.once('message', () => resolve()));
  },
  'client closing': async () => void (await connected()).client.close(),
  'server closing': async () => void (await connected()).server.close(),
  closed: async () => {
    const { client, server } = await connected();
    await client.close();
    await server.close();
  },
  'attempt failed': async () => {
    const { port } = await listening();
    await connect({ host: '127.0.0.1', port, psk: { identity: 'stranger', key: psk.key } }).catch(() => {});
  },
};

type Backend = 'auto' | 'uv';

function newServer(udpBackend: Backend = 'auto'): DtlsServer {
  return new DtlsServer({ psk: { device: psk.key }, udpBackend });
}

async function listening(udpBackend?: Backend) {
  const server = newServer(udpBackend);
  return { server, ...(await server.listen({ host: '127.0.0.1' })) };
}

async function connected(udpBackend?: Backend) {
  const { server, port } = await listening(udpBackend);
  return { server, client: await dial(port, udpBackend) };
}

function dial(port: number, udpBackend: Backend = 'auto') {
  return connect({ host: '127.0.0.1', port, psk, udpBackend });
}

function pingPong(client: Awaited<ReturnType<typeof dial>>, server: DtlsServer): void {
  for (const socket of server.sockets()) socket.on('message', (message) => socket.send(message));
  client.on('message', (message) => client.send(message));
  client.send('ball');
}
