// A device that sleeps: it keeps its session in 1024 bytes of its own, and comes back with a short handshake.
import { createDtlsSocket, DtlsServer, SocketOption } from 'lwm2m-tls';

const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };
const server = new DtlsServer({ psk: { [psk.identity]: psk.key } });
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// A real device keeps these bytes in flash memory. They hold a key: protect them as the pre-shared one.
const memory = Buffer.alloc(1024);

const configuration = { security: { mode: 'psk', ...psk }, sessionResumptionBuffer: memory };
const socket = createDtlsSocket(configuration);
await connect(socket, 'the first connection');

// Falling asleep: shutdown() before close() sends no goodbye, so that the server keeps the session.
await socket.shutdown();
await socket.close();
await connect(socket, 'after a sleep');
await socket.cleanup();

// The session lives in the memory, not in the socket: another one can go on with it, in another process as well.
const restarted = createDtlsSocket(configuration);
await connect(restarted, 'after a restart');
await restarted.close();

// Whatever else is in the memory leads to a full handshake, never to an error.
memory.fill(0xff);
await connect(restarted, 'after the memory was lost');
await restarted.cleanup();
await server.close();

async function connect(client, occasion) {
  await client.connect('127.0.0.1', port);
  const resumed = client.getOpt(SocketOption.sessionResumed);
  console.log(`${occasion}: ${resumed ? 'the session goes on' : 'a full handshake'}`);
}
