import { once } from 'node:events';
import test from 'ava';
import { type DtlsSocket, TlsError } from 'lwm2m-tls';
import { fakePeer, noTraffic } from '../helpers/fake-peer.js';
import { closed, dial, nextConnection, startServer } from '../helpers/ours.js';

test('in order, until the peer closes', async (t) => {
  const { server, port } = await startServer(t);
  server.on('connection', (socket) => {
    socket.on('message', () => {
      for (let i = 0; i < 20; i += 1) socket.send(`${i}`);
      void socket.close();
    });
  });
  const texts: string[] = [];
  const client = await dial(t, port);
  client.send('go');
  for await (const message of client) texts.push(message.toString());
  t.is(client.state, 'closed');
  t.deepEqual(texts, [...Array(20).keys()].map(String));
});

test('breaking out leaves the connection open and listens no more', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  socket.send('one');
  for await (const message of client) {
    t.is(message.toString(), 'one');
    break;
  }
  t.is(client.listenerCount('message'), 0);
  t.is(client.state, 'connected');
});

test('several iterators each get everything', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  const both = [client[Symbol.asyncIterator](), client[Symbol.asyncIterator]()];
  socket.send('for all');
  for (const iterator of both) t.is(String((await iterator.next()).value), 'for all');
});

test('what came before the close is still given after it', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  const iterator = client[Symbol.asyncIterator]();
  const arrived = once(client, 'message');
  socket.send('early');
  await arrived;
  const ended = closed(client);
  await socket.close();
  await ended;
  t.is(String((await iterator.next()).value), 'early');
  t.true((await iterator.next()).done);
});

test('closing locally ends it', async (t) => {
  const { port } = await startServer(t);
  const client = await dial(t, port);
  const first = client[Symbol.asyncIterator]().next();
  await client.close();
  t.true((await first).done);
});

test('a failure is thrown, after the messages', async (t) => {
  const peer = fakePeer();
  const iterator = peer.socket[Symbol.asyncIterator]();
  peer.deliver(Buffer.from('last words'));
  peer.end(new TlsError('ECONNRESET', 'gone'), noTraffic);
  t.is(String((await iterator.next()).value), 'last words');
  await t.throwsAsync(iterator.next(), { code: 'ECONNRESET' });
  t.true((await iterator.next()).done);
});

test('a failure that nobody has seen is thrown to a late reader', async (t) => {
  const peer = fakePeer();
  peer.end(new TlsError('ECONNRESET', 'gone'), noTraffic);
  await t.throwsAsync(peer.socket[Symbol.asyncIterator]().next(), { code: 'ECONNRESET' });
});

test('a loop begins where the one before was left', async (t) => {
  const peer = fakePeer();
  const first = oneOf(peer.socket);
  for (const text of ['a', 'b', 'c']) peer.deliver(Buffer.from(text));
  t.is(await first, 'a');
  peer.deliver(Buffer.from('d'));
  for (const text of ['b', 'c', 'd']) t.is(await oneOf(peer.socket), text);
});

test('all that had come is kept, and of what comes while nobody listens no more than eight', async (t) => {
  const peer = fakePeer();
  const iterator = peer.socket[Symbol.asyncIterator]();
  for (let i = 0; i < 10; i += 1) peer.deliver(Buffer.from(`${i}`));
  await iterator.return?.();
  peer.deliver(Buffer.from('too many'));
  const texts: string[] = [];
  peer.socket.on('message', (message) => texts.push(message.toString()));
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(texts, [...Array(10).keys()].map(String));
});

test('what is kept after a loop does not share memory with others', async (t) => {
  const peer = fakePeer();
  const first = oneOf(peer.socket);
  const slab = Buffer.from('ab');
  peer.deliver(slab.subarray(0, 1));
  peer.deliver(slab.subarray(1));
  await first;
  slab.fill(0);
  t.is(await oneOf(peer.socket), 'b');
});

test('a loop that is left while another goes on keeps nothing', async (t) => {
  const peer = fakePeer();
  const [one, other] = [peer.socket[Symbol.asyncIterator](), peer.socket[Symbol.asyncIterator]()];
  peer.deliver(Buffer.from('for all'));
  await one.return?.();
  t.is(String((await other.next()).value), 'for all');
  await other.return?.();
  t.is(peer.takeHeld(), undefined);
});

test('after the end, a loop that is left keeps the rest as well', async (t) => {
  const peer = fakePeer();
  const first = oneOf(peer.socket);
  for (const text of ['a', 'b', 'c']) peer.deliver(Buffer.from(text));
  peer.end(new TlsError('ECONNRESET', 'gone'), noTraffic);
  t.is(await first, 'a');
  t.is(await oneOf(peer.socket), 'b');
  t.is(await oneOf(peer.socket), 'c');
  await t.throwsAsync(oneOf(peer.socket), { code: 'ECONNRESET' });
});

test('after close() a loop that is left keeps nothing', async (t) => {
  const peer = fakePeer();
  const iterator = peer.socket[Symbol.asyncIterator]();
  peer.deliver(Buffer.from('late'));
  const ended = peer.close();
  await iterator.return?.();
  t.is(peer.takeHeld(), undefined);
  await ended;
});

test('leaving ends a read that waits', async (t) => {
  const iterator = fakePeer().socket[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await iterator.return?.();
  t.true((await waiting).done);
  t.true((await iterator.next()).done);
});

/** The next message, by a loop of its own. */
async function oneOf(socket: DtlsSocket): Promise<string | undefined> {
  for await (const message of socket) return message.toString();
  return undefined;
}
