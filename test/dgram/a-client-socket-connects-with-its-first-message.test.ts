import { once } from 'node:events';
import test from 'ava';
import { connect, type DtlsServer } from 'lwm2m-tls';
import type { DtlsClientSocket, DtlsRemoteInfo } from 'lwm2m-tls/dgram';
import { client1, textKeyed } from '../helpers/credentials.js';
import { clientSocket } from '../helpers/node-coap.js';
import { startEchoServer } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

test('messages wait for the handshake, and go out in order', async (t) => {
  const { server, port } = await startEchoServer(t);
  const socket = clientSocket(t);
  const inbox = collect(socket, 3);
  const sent = ['one', 'two', 'three'].map((message) => send(socket, message, port));
  t.is(server.connections, 0);
  t.is(socket.getSendQueueCount(), 3);
  t.is(socket.getSendQueueSize(), 11);
  t.deepEqual(await Promise.all(sent), [3, 3, 5]);
  t.deepEqual(await inbox, ['one', 'two', 'three']);
  t.is(server.connections, 1);
  t.is(socket.getSendQueueCount(), 0);
});

test('each server has an association of its own', async (t) => {
  const [first, second] = [await startEchoServer(t), await startEchoServer(t)];
  const socket = clientSocket(t);
  const remotes: number[] = [];
  socket.on('message', (_message, { port }) => remotes.push(port));
  for (const { port } of [first, second, first]) await echo(socket, 'hello', port);
  t.deepEqual(remotes, [first.port, second.port, first.port]);
  t.deepEqual([first.server.connections, second.server.connections], [1, 1]);
});

test('an answer to where a message came from uses the same association', async (t) => {
  const { server, port } = await startEchoServer(t);
  const socket = clientSocket(t);
  const [, remote] = await echo(socket, 'by name', port, 'localhost');
  t.is(remote.address, '127.0.0.1');
  t.is(remote.association, 1);
  const [, again] = await echo(socket, 'by address', remote.port, remote.address);
  t.is(again.association, 1);
  t.is(server.connections, 1);
});

test('the port may be that of a URL, and the address is this machine when there is none', async (t) => {
  const { port } = await startEchoServer(t);
  const socket = clientSocket(t);
  const answered = collect(socket, 2);
  socket.send('first', port);
  // @ts-expect-error dgram takes digits too
  socket.send('second', `${port}`, '127.0.0.1');
  t.deepEqual((await answered).sort(), ['first', 'second']);
});

test('after its end the next message makes another association, by resumption', async (t) => {
  const { server, port } = await startEchoServer(t);
  const socket = clientSocket(t);
  const [, before] = await echo(socket, 'hello', port);
  await goodbye(server, before);
  const [, remote] = await echo(socket, 'hello again', port);
  t.is(remote.association, 2);
  t.true(remote.socket.resumed);
});

test('with session: false it is a full handshake again', async (t) => {
  const { server, port } = await startEchoServer(t);
  const socket = clientSocket(t, { session: false });
  const [, before] = await echo(socket, 'hello', port);
  await goodbye(server, before);
  const [, remote] = await echo(socket, 'hello again', port);
  t.false(remote.socket.resumed);
});

test('each server may be given credentials of its own', async (t) => {
  const first = await startEchoServer(t, { psk: { [client1.identity]: client1.key } });
  const second = await startEchoServer(t, { psk: { [textKeyed.identity]: textKeyed.key } });
  const socket = clientSocket(t, { psk: ({ port }) => (port === first.port ? client1 : textKeyed) });
  const [, one] = await echo(socket, 'hello', first.port);
  const [, two] = await echo(socket, 'hello', second.port);
  t.deepEqual([one.pskIdentity, two.pskIdentity], [client1.identity, textKeyed.identity]);
});

test('connect() makes one server the only one', async (t) => {
  const { port } = await startEchoServer(t);
  const socket = clientSocket(t);
  socket.connect(port, '127.0.0.1');
  t.throws(() => socket.remoteAddress(), { code: 'ENOTCONN' });
  t.throws(() => socket.connect(port), { code: 'ERR_ALREADY_CONNECTED' });
  await once(socket, 'connect');
  t.deepEqual(socket.remoteAddress(), { address: '127.0.0.1', family: 'IPv4', port });
  t.throws(() => socket.send('hello', port), { code: 'ERR_ALREADY_CONNECTED' });
  const answered = collect(socket, 2);
  socket.send('hello');
  socket.send('a part of it', 2, 4);
  t.deepEqual(await answered, ['hello', 'part']);
  socket.disconnect();
  await echo(socket, 'hello again', port);
  t.throws(() => socket.disconnect(), { code: 'ENOTCONN' });
});

test('bind() chooses the local address, and address() tells it', async (t) => {
  const { port } = await startEchoServer(t);
  const socket = clientSocket(t);
  t.throws(() => socket.address(), { code: 'ENOTCONN' });
  socket.bind({ address: '127.0.0.2' });
  await once(socket, 'listening');
  await echo(socket, 'hello', port);
  t.is(socket.address().address, '127.0.0.2');
  t.throws(() => socket.bind(), { code: 'ERR_ALREADY_LISTENING' });
});

test('it meets a server that has an association with somebody else at once', async (t) => {
  const { server, port } = await startEchoServer(t);
  await using other = await connect({ host: '127.0.0.1', port, psk: textKeyed });
  const socket = clientSocket(t);
  await echo(socket, 'hello', port);
  t.is(server.connections, 2);
  t.is(other.state, 'connected');
});

async function echo(
  socket: DtlsClientSocket,
  message: string,
  port: number,
  address = '127.0.0.1',
): Promise<[Buffer, DtlsRemoteInfo]> {
  const answered = once(socket, 'message') as Promise<[Buffer, DtlsRemoteInfo]>;
  await send(socket, message, port, address);
  return within(10_000, `the echo of ${message}`, answered);
}

/** Resolves with the bytes that the callback is told. */
async function send(socket: DtlsClientSocket, message: string, port: number, address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.send(message, port, address, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

async function collect(socket: DtlsClientSocket, count: number): Promise<string[]> {
  const messages: string[] = [];
  return within(
    10_000,
    `${count} messages`,
    new Promise((resolve) => {
      socket.on('message', (message) => {
        messages.push(message.toString());
        if (messages.length === count) resolve(messages);
      });
    }),
  );
}

/** The server ends all its associations, and the client has noticed. */
async function goodbye(server: DtlsServer, { socket }: DtlsRemoteInfo): Promise<void> {
  const ended = once(socket, 'close');
  for (const peer of server.sockets()) await peer.close();
  await ended;
}
