import test from 'ava';
import type { DtlsSocket, TlsError } from 'lwm2m-tls';
import { dialTestServer, startTestServer, testPair } from '../helpers/harness.js';
import { cbc } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

/** Why the client's connection has failed. */
function failure(client: DtlsSocket): Promise<TlsError> {
  return within(5_000, 'the failure', new Promise((resolve) => client.once('error', resolve)));
}

for (const recordLayer of ['own', 'openssl'] as const) {
  test(`a fatal one by name, records of ${recordLayer}`, async (t) => {
    const { server, client, connection } = await testPair(t, { recordLayer });
    const failed = failure(client);
    connection.sendAlert('internal_error');
    const { code, alert, alertLevel } = await failed;
    t.deepEqual({ code, alert, alertLevel }, { code: 'ERR_ALERT_RECEIVED', alert: 80, alertLevel: 2 });
    t.is(await connection.ended(), undefined);
    t.is(server.connections, 0);
    t.throws(() => connection.sendAlert(80), { code: 'ERR_CLOSED' });
  });
}

test('one by number, that IANA does not know', async (t) => {
  const { client, connection } = await testPair(t);
  const failed = failure(client);
  connection.sendAlert(200);
  t.is((await failed).alertName, 'alert_200');
});

test('after a warning both go on', async (t) => {
  const { client, connection } = await testPair(t);
  connection.sendAlert('no_renegotiation', { level: 'warning' });
  client.send('still here');
  t.is((await connection.receive()).toString(), 'still here');
});

test('a goodbye by hand', async (t) => {
  const { client, connection } = await testPair(t);
  const closed = new Promise((resolve) => client.once('close', resolve));
  connection.sendAlert('close_notify', { level: 'warning' });
  t.is(await closed, false);
  t.is(await connection.ended(), undefined, 'the answer of the client ends it here');
});

test('what cannot be sent is said', async (t) => {
  const { connection } = await testPair(t, { recordLayer: 'openssl' });
  t.throws(() => connection.sendAlert('no_renegotiation', { level: 'warning' }), { code: 'ENOTSUP' });
  t.throws(() => connection.sendAlert('internal_eror'), { message: /did you mean 'internal_error'/ });
  t.throws(() => connection.sendAlert(256), { code: 'ERR_INVALID_OPTION' });
  t.throws(() => connection.sendAlert(80, { level: 'deadly' as never }), { code: 'ERR_INVALID_OPTION' });
  const { server, port } = await startTestServer(t, { cipherSuites: [cbc.name] });
  await dialTestServer(t, port, { cipherSuites: [cbc.name] });
  const other = await server.accept();
  t.throws(() => other.sendAlert('internal_error'), { code: 'ENOTSUP' });
  t.is(other.socket.state, 'connected');
});
