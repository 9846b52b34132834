import { once } from 'node:events';
import test from 'ava';
import { fakePeer, noTraffic } from '../helpers/fake-peer.js';
import { dial, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`a server may speak first, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    server.on('connection', (socket) => socket.send('welcome'));
    const client = await dial(t, port, { udpBackend });
    await new Promise((resolve) => setImmediate(resolve));
    t.is(String((await once(client, 'message'))[0]), 'welcome');
  });
}

test('eight of them, in order and before later ones', async (t) => {
  const peer = fakePeer();
  for (let i = 0; i < 10; i += 1) peer.deliver(Buffer.from(`${i}`));
  const texts: string[] = [];
  peer.socket.on('message', (message) => texts.push(message.toString()));
  peer.deliver(Buffer.from('later'));
  await new Promise((resolve) => setImmediate(resolve));
  peer.deliver(Buffer.from('latest'));
  t.deepEqual(texts, ['0', '1', '2', '3', '4', '5', '6', '7', 'latest']);
});

test('one by one for listeners that take one', async (t) => {
  const peer = fakePeer();
  peer.deliver(Buffer.from('a'));
  peer.deliver(Buffer.from('b'));
  t.is(String((await once(peer.socket, 'message'))[0]), 'a');
  t.is(String((await once(peer.socket, 'message'))[0]), 'b');
});

test('they survive the end of the connection', async (t) => {
  const peer = fakePeer();
  peer.deliver(Buffer.from('a'));
  peer.end(undefined, noTraffic);
  const texts: string[] = [];
  for await (const message of peer.socket) texts.push(message.toString());
  t.deepEqual(texts, ['a']);
});

test('a listener that is just being added gets them before close', (t) => {
  const peer = fakePeer();
  const events: string[] = [];
  peer.deliver(Buffer.from('a'));
  peer.socket.on('message', (message) => events.push(message.toString()));
  peer.socket.on('close', () => events.push('close'));
  peer.end(undefined, noTraffic);
  t.deepEqual(events, ['a', 'close']);
});

test('once a listener has had a message, those without a listener are dropped', (t) => {
  const peer = fakePeer();
  const ignore = () => {};
  peer.socket.on('message', ignore);
  peer.deliver(Buffer.from('heard'));
  peer.socket.off('message', ignore);
  peer.deliver(Buffer.from('nobody hears'));
  t.is(peer.takeHeld(), undefined);
});
