import { once } from 'node:events';
import test from 'ava';
import { within } from '../helpers/within.js';
import {
  closed,
  dialNode,
  dialTls,
  nextConnection,
  only,
  readAll,
  startNodeServer,
  startTlsServer,
  versions,
} from './ends.js';

for (const version of versions) {
  test(`${version}: a half-open server answers after the client has ended`, async (t) => {
    const { server, port } = await startTlsServer(t, { allowHalfOpen: true });
    server.on('connection', async (socket) => {
      const question = await readAll(socket);
      t.false(socket.truncated);
      socket.end(`answer to ${question}`);
    });
    const client = await dialTls(t, port, only(version));
    client.end('question');
    t.is((await within(10_000, 'the answer', readAll(client))).toString(), 'answer to question');
    t.false(client.truncated);
    await closed(client);
  });

  test(`${version}: a half-open client goes on writing after the server has ended`, async (t) => {
    const { server, port } = await startTlsServer(t, { allowHalfOpen: true });
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, { ...only(version), allowHalfOpen: true });
    const socket = await accepted;
    socket.end('all from me');
    t.is((await readAll(client)).toString(), 'all from me');
    t.true(client.writable);
    client.write('but not from me');
    const [rest] = (await once(socket, 'data')) as [Buffer];
    t.is(rest.toString(), 'but not from me');
    client.end();
    await Promise.all([closed(client), closed(socket)]);
  });

  test(`${version}: without allowHalfOpen an end is answered by an end`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, only(version));
    const socket = await accepted;
    socket.resume();
    client.resume();
    client.end('bye');
    await Promise.all([closed(client), closed(socket)]);
    for (const end of [client, socket]) {
      t.true(end.readableEnded);
      t.true(end.writableFinished);
      t.false(end.truncated);
    }
  });

  test(`${version}: what was written before end() arrives before the end`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, only(version));
    client.end(Buffer.alloc(3_000_000, 0x62));
    t.is((await within(10_000, 'everything', readAll(await accepted))).length, 3_000_000);
  });

  test(`${version}: Node's ends hear ours`, async (t) => {
    let ended!: () => void;
    const heard = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { port } = await startNodeServer(t, only(version), (socket) => socket.resume().on('end', ended));
    const client = await dialTls(t, port);
    client.end();
    await t.notThrowsAsync(within(10_000, "'end' at Node's server", heard));
  });

  test(`${version}: ours hear Node's`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialNode(t, port, only(version));
    const socket = await accepted;
    client.end('bye');
    t.is((await within(10_000, 'the end', readAll(socket))).toString(), 'bye');
    t.false(socket.truncated);
    await closed(socket);
  });
}

test('writing after end() is an error of the stream', async (t) => {
  const { port } = await startTlsServer(t);
  const client = await dialTls(t, port);
  client.end();
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => client.write('late', resolve));
  t.is(error?.code, 'ERR_STREAM_WRITE_AFTER_END');
});
