import test from 'ava';
import { within } from '../helpers/within.js';
import {
  closed,
  dialTls,
  echoed,
  failure,
  nextConnection,
  only,
  readAll,
  startTlsEchoServer,
  startTlsServer,
  versions,
} from './ends.js';
import { alertRecord, RecordTap } from './record-tap.js';

for (const version of versions) {
  test(`${version}: FIN alone ends the stream, and truncated says so`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const tap = await RecordTap.open(t, port);
    const accepted = nextConnection(server);
    const client = await dialTls(t, tap.port, only(version));
    const socket = await accepted;
    t.is(await echoed(client, 'ping'), 'ping');
    const rest = readAll(client);
    tap.end();
    t.is((await within(10_000, 'the end', rest)).length, 0);
    t.true(client.truncated);
    await Promise.all([closed(client), closed(socket)]);
    t.true(socket.truncated);
  });

  test(`${version}: RST is an error`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const tap = await RecordTap.open(t, port);
    const accepted = nextConnection(server);
    const client = await dialTls(t, tap.port, only(version));
    const socket = await accepted;
    t.is(await echoed(client, 'ping'), 'ping');
    const failures = Promise.all([failure(client), failure(socket)]);
    tap.cut();
    for (const error of await failures) t.is(error.code, 'ECONNRESET');
    await Promise.all([closed(client), closed(socket)]);
  });
}

test('end() and close() say close_notify before FIN', async (t) => {
  const { server, port } = await startTlsServer(t);
  for (const way of ['end', 'close'] as const) {
    const tap = await RecordTap.open(t, port);
    const accepted = nextConnection(server);
    const client = await dialTls(t, tap.port, only('TLSv1.2'));
    (await accepted).resume();
    client.resume();
    void client[way]();
    await closed(client);
    t.is(tap.fromClient.at(-1), alertRecord, way);
    t.is(tap.fromServer.at(-1), alertRecord, way);
    t.is(tap.fromClient.filter((type) => type === alertRecord).length, 1, way);
  }
});

test('destroy() says nothing', async (t) => {
  const { server, port } = await startTlsServer(t);
  const tap = await RecordTap.open(t, port);
  const accepted = nextConnection(server);
  const client = await dialTls(t, tap.port, only('TLSv1.2'));
  const socket = await accepted;
  client.destroy();
  await closed(client);
  await readAll(socket);
  t.true(socket.truncated);
  t.false(tap.fromClient.includes(alertRecord));
});

test('a peer that has said goodbye and gone is no error, when nothing is under way', async (t) => {
  const { server, port } = await startTlsServer(t);
  const tap = await RecordTap.open(t, port);
  const accepted = nextConnection(server);
  const client = await dialTls(t, tap.port, { allowHalfOpen: true });
  const errors: Error[] = [];
  client.on('error', (error) => errors.push(error));
  (await accepted).end();
  await readAll(client);
  tap.cut();
  client.end();
  await closed(client);
  t.deepEqual(errors, []);
  t.true(client.writableFinished);
});
