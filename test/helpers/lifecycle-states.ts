import { once } from 'node:events';
import { connect, DtlsServer } from 'lwm2m-tls';
import { Swarm } from 'lwm2m-tls/swarm';
import { native } from '#lib/binding.js';
import { pairScripts, TestEndpoint } from './endpoints.js';
import { SilentServer } from './silent-server.js';
import { openFullServer, openTcp } from './tcp.js';

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
  'datagrams delayed by faults': async () => {
    const late = { records: 'applicationData', fault: 'delay', milliseconds: 3_600_000 } as const;
    const server = new DtlsServer({ psk: { device: psk.key }, faults: { receive: [late] } });
    const { port } = await server.listen({ host: '127.0.0.1' });
    const client = await connect({ host: '127.0.0.1', port, psk, faults: {} });
    client.send('late');
    while (server.faults.counters().receive.delayed === 0) await new Promise((resolve) => setImmediate(resolve));
    client.faults.rebind();
    client.faults.set({ send: [late, { fault: 'reorder' }] });
    client.send('later');
    while (client.faults.counters().send.delayed === 0) await new Promise((resolve) => setImmediate(resolve));
  },
  'client closing': async () => void (await connected()).client.close(),
  'server closing': async () => void (await connected()).server.close(),
  closed: async () => {
    const { client, server } = await connected();
    await client.close();
    await server.close();
  },
  'script endpoint idle': async () => new TestEndpoint('script'),
  'script endpoint waiting': async () => void new TestEndpoint('script').dial(5684),
  'script datagrams on their way': async () => {
    const [client, server] = [new TestEndpoint('script'), new TestEndpoint('script')];
    const peer = await pairScripts(client, server);
    server.on('message', () => client.send(peer, 'ball'));
    client.send(peer, 'ball');
    server.inject(1, Buffer.alloc(1));
  },
  'script endpoint closing': async () => {
    const [client, server] = [new TestEndpoint('script'), new TestEndpoint('script')];
    await pairScripts(client, server);
    void client.close();
  },
  'bound socket connected': async () => new TestEndpoint().connectSocket((await SilentServer.open()).port),
  'socket shut down': async () => new TestEndpoint().shutdown(),
  'TCP attempt under way': async () => {
    const port = await openFullServer(() => {});
    native.connectTcp(openTcp(), '127.0.0.1', port, () => {});
  },
  'TCP attempt just begun': async () => void native.connectTcp(openTcp(), '127.0.0.1', 1, () => {}),
  'TCP attempt given up': async () => native.connectTcp(openTcp(), '127.0.0.1', 1, () => {})(),
  'TCP attempt over': async () => {
    await new Promise((resolve) => native.connectTcp(openTcp(), '127.0.0.1', 1, resolve));
  },
  'swarm open': async () => void (await swarmOf((await listening()).port)),
  'swarm connecting': async () => {
    const swarm = await swarmOf((await listening()).port);
    for (let i = 0; i < swarm.size; i += 1) void swarm.device(i).connect();
    await new Promise((resolve) => setImmediate(resolve));
  },
  'swarm connected': async () => void (await connectedSwarm()),
  'swarm closing': async () => void (await connectedSwarm()).close(),
  'attempt failed': async () => {
    const { port } = await listening();
    await connect({ host: '127.0.0.1', port, psk: { identity: 'stranger', key: psk.key } }).catch(() => {});
  },
};

async function swarmOf(port: number) {
  const swarm = new Swarm({ host: '127.0.0.1', port, devices: 20, psk, sourceAddresses: '127.0.0.0/8' });
  await swarm.open();
  return swarm;
}

async function connectedSwarm() {
  const swarm = await swarmOf((await listening()).port);
  await Promise.all(Array.from({ length: swarm.size }, (_, index) => swarm.device(index).connect()));
  return swarm;
}

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
