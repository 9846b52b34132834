import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { dialTestServer, startTestServer, testPair } from '../helpers/harness.js';

test('silently: clients of the old port do not know', async (t) => {
  const { server, port, client, connection } = await testPair(t);
  const wanted = await freePort();
  const moved = await server.resetPort(wanted);
  t.is(moved.port, wanted);
  t.is(server.address().port, wanted);
  t.is(await connection.ended(), undefined);
  t.is(client.state, 'connected');
  await t.throwsAsync(dialTestServer(t, port), { code: 'ECONNREFUSED' });
  const next = await dialTestServer(t, wanted);
  t.is((await server.accept()).remotePort, next.localPort);
});

test('identities stay, with what was added', async (t) => {
  const { server } = await startTestServer(t);
  server.identities.set('late', client1.key);
  const { port } = await server.resetPort();
  await dialTestServer(t, port, { psk: { identity: 'late', key: client1.key } });
  t.is((await server.accept()).pskIdentity, 'late');
});

test('to the same port, as after a restart: sessions are lost', async (t) => {
  const { server, port, client } = await testPair(t);
  t.is((await server.resetPort(port)).port, port);
  const again = await dialTestServer(t, port, { session: client.session });
  t.false(again.resumed);
});

test('who waits in accept() gets the clients of the new port', async (t) => {
  const { server } = await startTestServer(t);
  const accepted = server.accept();
  const { port } = await server.resetPort();
  const client = await dialTestServer(t, port);
  t.is((await accepted).remotePort, client.localPort);
});

test('a port that is taken closes the server', async (t) => {
  const { server } = await startTestServer(t);
  const other = await startTestServer(t);
  await t.throwsAsync(server.resetPort(other.port), { code: 'EADDRINUSE' });
  await t.throwsAsync(server.accept(), { code: 'ERR_CLOSED' });
});
