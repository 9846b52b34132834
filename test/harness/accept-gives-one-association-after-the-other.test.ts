import test from 'ava';
import { ClientError, type TlsError } from 'lwm2m-tls';
import { TestServer } from 'lwm2m-tls/harness';
import { client1 } from '../helpers/credentials.js';
import { dialTestServer, startTestServer } from '../helpers/harness.js';
import { RawClient } from '../helpers/raw-client.js';

test('in the order in which they came, those from before the call first', async (t) => {
  const { server, port } = await startTestServer(t);
  const early = [await dialTestServer(t, port), await dialTestServer(t, port)];
  for (const client of early) t.is((await server.accept()).remotePort, client.localPort);
  const accepted = server.accept();
  const late = await dialTestServer(t, port);
  const connection = await accepted;
  t.is(connection.remotePort, late.localPort);
  t.is(connection.remoteAddress, '127.0.0.1');
  t.is(connection.pskIdentity, client1.identity);
  t.false(connection.resumed);
  t.is(connection.peerCertificate, undefined);
  t.is(server.connections, 3);
});

test('each of several calls gets one', async (t) => {
  const { server, port } = await startTestServer(t);
  const accepted = [server.accept(), server.accept()];
  const ports = [(await dialTestServer(t, port)).localPort, (await dialTestServer(t, port)).localPort];
  const connections = await Promise.all(accepted);
  t.deepEqual(
    connections.map(({ remotePort }) => remotePort),
    ports,
  );
});

test('a filter leaves the others to later calls', async (t) => {
  const { server, port } = await startTestServer(t, { psk: { [client1.identity]: client1.key, other: client1.key } });
  const wanted = server.accept({ filter: ({ pskIdentity }) => pskIdentity === 'other' });
  const first = await dialTestServer(t, port);
  const second = await dialTestServer(t, port, { psk: { ...client1, identity: 'other' } });
  t.is((await wanted).remotePort, second.localPort);
  t.is((await server.accept()).remotePort, first.localPort);
});

test('what a filter throws is thrown', async (t) => {
  const { server, port } = await startTestServer(t);
  const broken = () => {
    throw new RangeError('broken');
  };
  const waiting = t.throwsAsync(server.accept({ filter: broken }), { instanceOf: RangeError });
  await dialTestServer(t, port);
  await waiting;
  await t.throwsAsync(server.accept({ filter: broken }), { instanceOf: RangeError });
  t.truthy(await server.accept());
});

test('a handshake that fails is thrown, with its client', async (t) => {
  const { server, port } = await startTestServer(t);
  const accepted = server.accept();
  const attempt = dialTestServer(t, port, { psk: { ...client1, identity: 'stranger' } });
  const error = await t.throwsAsync(accepted, { code: 'ERR_UNKNOWN_PSK_IDENTITY' });
  t.true(error instanceof ClientError);
  t.is((error as unknown as ClientError).remoteAddress, '127.0.0.1');
  await t.throwsAsync(attempt, { code: 'ERR_ALERT_RECEIVED' });
});

test('also one that failed before the call, unless failures are ignored', async (t) => {
  const { server, port } = await startTestServer(t);
  const stranger = { ...client1, identity: 'stranger' };
  for (let i = 0; i < 2; i += 1) await t.throwsAsync(dialTestServer(t, port, { psk: stranger }));
  const client = await dialTestServer(t, port);
  await t.throwsAsync(server.accept(), { code: 'ERR_UNKNOWN_PSK_IDENTITY' });
  t.is((await server.accept({ ignoreFailures: true })).remotePort, client.localPort);
  await t.throwsAsync(server.accept(), { code: 'ERR_UNKNOWN_PSK_IDENTITY' });
});

test('nobody in time', async (t) => {
  const { server } = await startTestServer(t, { timeout: 20 });
  const error = (await t.throwsAsync(server.accept(), { code: 'ETIMEDOUT' })) as unknown as TlsError;
  t.false(error instanceof ClientError);
  await t.throwsAsync(server.accept({ timeout: 1 }), { message: 'accept: no client within 1 ms' });
});

test('handshakes that begin meanwhile have the timeouts of the call', async (t) => {
  const { server, port } = await startTestServer(t);
  await using client = await RawClient.open(port);
  const cookie = await client.fetchCookie();
  // With the server's own they would take two minutes.
  const accepted = server.accept({ handshakeTimeouts: { min: 20, max: 40 } });
  const { buildClientHello } = await import('../helpers/client-hello.js');
  await client.send(buildClientHello({ cookie }));
  const error = await t.throwsAsync(accepted, { code: 'ETIMEDOUT' });
  t.true(error instanceof ClientError);
});

test('when the server closes, and afterwards', async (t) => {
  const { server } = await startTestServer(t);
  const accepted = server.accept();
  const closing = server.close();
  await t.throwsAsync(accepted, { code: 'ERR_CLOSED' });
  await closing;
  await t.throwsAsync(server.accept(), { code: 'ERR_CLOSED' });
  await server.close();
});

test('bad options, and a server that does not listen', async (t) => {
  const { server } = await startTestServer(t);
  await t.throwsAsync(server.accept({ timeout: 0 }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(server.accept({ filter: 1 as never }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(server.accept({ timeuot: 1 } as never), { message: /did you mean 'timeout'/ });
  await t.throwsAsync(server.accept({ handshakeTimeouts: { min: 0 } }), { code: 'ERR_INVALID_OPTION' });
  const idle = new TestServer({ psk: {} });
  await t.throwsAsync(idle.accept(), { code: 'ERR_NOT_LISTENING' });
  t.throws(() => new TestServer({ psk: {}, timeout: -1 }), { code: 'ERR_INVALID_OPTION' });
  t.throws(() => new TestServer(undefined as never), { code: 'ERR_INVALID_OPTION' });
  t.throws(() => new TestServer({ pks: {} } as never), { code: 'ERR_UNKNOWN_OPTION' });
});
