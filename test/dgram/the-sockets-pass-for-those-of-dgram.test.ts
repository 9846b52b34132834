import { createSocket, Socket } from 'node:dgram';
import { once } from 'node:events';
import process from 'node:process';
import test from 'ava';
import { createClientSocket, createServerSocket, DtlsClientSocket, DtlsServerSocket } from 'lwm2m-tls/dgram';
import { client1 } from '../helpers/credentials.js';
import { bindServer, clientSocket } from '../helpers/node-coap.js';

/** Getters of deprecated internals, and what is never called from outside. */
const INTERNAL = /^_|^constructor$/;

test('TypeScript and instanceof take them for a dgram.Socket', async (t) => {
  const sockets: Socket[] = [await bindServer(t), clientSocket(t)];
  for (const socket of sockets) t.true(socket instanceof Socket);
});

test('every method of dgram.Socket is our own', (t) => {
  const own = (prototype: object, name: string): boolean => {
    for (let it = prototype; it !== Socket.prototype; it = Object.getPrototypeOf(it)) {
      if (Object.hasOwn(it, name)) return true;
    }
    return false;
  };
  for (const name of Object.getOwnPropertyNames(Socket.prototype)) {
    if (INTERNAL.test(name)) continue;
    t.true(own(DtlsServerSocket.prototype, name), `a server's ${name}`);
    t.true(own(DtlsClientSocket.prototype, name), `a client's ${name}`);
  }
});

test('no UDP socket is open where none is needed', (t) => {
  const before = process.getActiveResourcesInfo().length;
  createClientSocket({ psk: client1 });
  t.is(process.getActiveResourcesInfo().length, before);
});

test('tuning of what DTLS has not is taken, and changes nothing', async (t) => {
  for (const socket of [await bindServer(t), clientSocket(t)]) {
    socket.setBroadcast(true);
    socket.setMulticastInterface('127.0.0.1');
    t.is(socket.setMulticastLoopback(true), true);
    t.is(socket.setMulticastTTL(3), 3);
    t.is(socket.getSendQueueSize(), 0);
    t.is(socket.getSendQueueCount(), 0);
  }
});

test('what would need multicast, or another kind of socket, is refused', async (t) => {
  const group = '224.0.1.187';
  for (const socket of [await bindServer(t), clientSocket(t)]) {
    const refused: (() => unknown)[] = [
      () => socket.addMembership(group),
      () => socket.dropMembership(group),
      () => socket.addSourceSpecificMembership('127.0.0.1', group),
      () => socket.dropSourceSpecificMembership('127.0.0.1', group),
      () => socket.setTTL(3),
      () => socket.getRecvBufferSize(),
      () => socket.getSendBufferSize(),
      () => socket.setRecvBufferSize(1),
      () => socket.setSendBufferSize(1),
      () => socket.bind({ fd: 1 } as object),
    ];
    for (const call of refused) t.throws(call, { code: 'ENOTSUP' }, String(call));
  }
  const server = await bindServer(t);
  t.throws(() => server.connect(1), { code: 'ENOTSUP' });
  t.throws(() => server.disconnect(), { code: 'ENOTSUP' });
  t.throws(() => server.remoteAddress(), { code: 'ENOTSUP' });
});

test('the type of a server is the family of its address', async (t) => {
  const server = await bindServer(t);
  t.is(server.type, 'udp4');
  t.is(server.address().family, 'IPv4');
  t.is(clientSocket(t, { type: 'udp6' }).type, 'udp6');
  t.is(clientSocket(t).type, 'udp4');
});

test("a port that is taken is an 'error', and bind() may be called again", async (t) => {
  const taken = createSocket('udp4');
  t.teardown(() => taken.close());
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const socket = createServerSocket({ psk: { [client1.identity]: client1.key } });
  t.teardown(async () => socket[Symbol.asyncDispose]());
  socket.bind(taken.address().port, '127.0.0.1', () => t.fail());
  const [error] = await once(socket, 'error');
  t.is(error.code, 'EADDRINUSE');
  await new Promise<void>((resolve) => socket.bind({ address: '127.0.0.1', exclusive: true }, resolve));
  t.true(socket.address().port > 0);
  t.throws(() => socket.bind(), { code: 'ERR_ALREADY_LISTENING' });
});
