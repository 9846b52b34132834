import { once } from 'node:events';
import test from 'ava';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`messages that are kept never change, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
    const client = await dial(t, port, { udpBackend });
    const kept: Buffer[] = [];
    // More than three slabs of 256 KiB.
    for (let i = 0; i < 800; i += 1) {
      const arrived = once(client, 'message');
      client.send(Buffer.alloc(1000, i & 0xff));
      kept.push((await arrived)[0] as Buffer);
    }
    t.true(kept.every((message, i) => message.length === 1000 && message.every((byte) => byte === (i & 0xff))));
    t.true(new Set(kept.map(({ buffer }) => buffer)).size > 3);
  });
}

test('by default it is a view, and its slab cannot be detached by a transfer', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  socket.send('hello');
  const [message] = (await once(client, 'message')) as [Buffer];
  t.is(message.buffer.byteLength, 256 * 1024);
  try {
    structuredClone(message.buffer, { transfer: [message.buffer as ArrayBuffer] });
  } catch (error) {
    t.is((error as Error).name, 'DataCloneError'); // from Node 21 on; before, it is copied instead
  }
  t.is(message.buffer.byteLength, 256 * 1024);
  t.is(message.toString(), 'hello');
});

test('with copyMessages it has memory of its own', async (t) => {
  const { server, port } = await startServer(t, { copyMessages: true });
  const client = await dial(t, port, { copyMessages: true });
  for (const [from, to] of [
    [client, [...server.sockets()][0]],
    [[...server.sockets()][0], client],
  ] as const) {
    const arrived = once(to as typeof client, 'message');
    from?.send('hello');
    const [message] = (await arrived) as [Buffer];
    t.is(message.toString(), 'hello');
    t.true(message.buffer.byteLength < 256 * 1024);
  }
});
