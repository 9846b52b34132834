import { once } from 'node:events';
import test from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import { dial, startServer } from '../helpers/ours.js';

test('a message comes with its socket, the same one each time', async (t) => {
  const { server, port } = await startServer(t);
  server.on('message', (message, socket) => socket.send(message));
  const client = await dial(t, port);
  const sockets = new Set<DtlsSocket>();
  server.on('message', (_message, socket) => sockets.add(socket));
  for (const text of ['one', 'two']) {
    client.send(text);
    t.is(String((await once(client, 'message'))[0]), text);
  }
  t.deepEqual([...sockets], [...server.sockets()]);
});

test('a listener of the socket is heard in its place, until it goes', async (t) => {
  const { server, port } = await startServer(t);
  const heard: string[] = [];
  const own = (message: Buffer) => heard.push(`socket: ${message}`);
  server.on('connection', (socket) => socket.on('message', own));
  server.on('message', (message) => heard.push(`server: ${message}`));
  const client = await dial(t, port);
  for (const text of ['one', 'two']) {
    client.send(text);
    while (!heard.some((line) => line.endsWith(text))) await new Promise((resolve) => setImmediate(resolve));
    for (const socket of server.sockets()) socket.off('message', own);
  }
  t.deepEqual(heard, ['socket: one', 'server: two']);
});

test('what came before the first listener is kept for it', async (t) => {
  const { server, port } = await startServer(t);
  const client = await dial(t, port);
  client.send('early');
  while (server.counters().messagesReceived === 0) await new Promise((resolve) => setImmediate(resolve));
  const [message, socket] = await once(server, 'message');
  t.is(String(message), 'early');
  t.deepEqual([...server.sockets()], [socket]);
});

test('the end of an iteration leaves the rest to the server', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = once(server, 'connection') as Promise<[DtlsSocket]>;
  const client = await dial(t, port);
  const [socket] = await accepted;
  const messages = socket[Symbol.asyncIterator]();
  for (const text of ['one', 'two', 'three']) client.send(text);
  while (server.counters().messagesReceived < 3) await new Promise((resolve) => setImmediate(resolve));
  t.is(String((await messages.next()).value), 'one');
  const heard: string[] = [];
  server.on('message', (message) => heard.push(String(message)));
  await messages.return?.();
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(heard, ['two', 'three']);
});
