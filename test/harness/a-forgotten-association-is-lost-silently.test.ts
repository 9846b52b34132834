import { once } from 'node:events';
import test from 'ava';
import { dialTestServer, startTestServer, testPair } from '../helpers/harness.js';
import { RawClient } from '../helpers/raw-client.js';

for (const recordLayer of ['own', 'openssl'] as const) {
  test(`one of several: records of ${recordLayer}`, async (t) => {
    const { server, port, client, connection } = await testPair(t, { recordLayer });
    const other = await dialTestServer(t, port);
    const otherConnection = await server.accept();
    server.forget(connection);
    t.is(await connection.ended(), undefined);
    await t.throwsAsync(connection.receive(), { code: 'ERR_CLOSED' });
    client.send('to nobody');
    other.send('still here');
    t.is((await otherConnection.receive()).toString(), 'still here');
    t.is(server.connections, 1);
    t.is(client.state, 'connected');
    t.is(server.dtls.counters().datagramsUnroutable, 1);
    await connection.forget();
  });
}

test('all of them', async (t) => {
  const { server, port } = await startTestServer(t);
  const clients = [await dialTestServer(t, port), await dialTestServer(t, port)];
  const connections = [await server.accept(), await server.accept()];
  server.forget();
  for (const connection of connections) t.is(await connection.ended(), undefined);
  t.is(server.connections, 0);
  for (const client of clients) t.is(client.state, 'connected');
});

test('handshakes under way, too', async (t) => {
  const { server, port } = await startTestServer(t);
  await using client = await RawClient.open(port);
  const { buildClientHello } = await import('../helpers/client-hello.js');
  const cookie = await client.fetchCookie();
  await client.send(buildClientHello({ cookie }));
  await client.next();
  t.is(server.dtls.counters().peersHandshaking, 1);
  server.forget();
  t.is(server.dtls.counters().peersHandshaking, 0);
});

test('the device comes back with a new handshake, from the same port', async (t) => {
  const { server, port, client } = await testPair(t);
  const { localPort } = client;
  server.forget();
  client.send('hello?');
  const gone = once(client, 'close');
  await client.close();
  await gone;
  const again = await dialTestServer(t, port, { localPort });
  again.send('hello');
  t.is((await (await server.accept()).receive()).toString(), 'hello');
});

test('only while the server listens', async (t) => {
  const { server } = await startTestServer(t);
  await server.close();
  t.throws(() => server.forget(), { code: 'ERR_CLOSED' });
});
