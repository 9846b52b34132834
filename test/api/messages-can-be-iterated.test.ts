import { once } from 'node:events';
import test from 'ava';
import { TlsError } from 'lwm2m-tls';
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
