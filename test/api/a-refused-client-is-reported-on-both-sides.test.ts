import { once } from 'node:events';
import test from 'ava';
import { ClientError, TlsError } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, quickTimeouts, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`an unknown identity, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const reported = once(server, 'clientError');
    const psk = { identity: 'stranger', key: client1.key };
    const error = await t.throwsAsync(dial(t, port, { psk, udpBackend }), { instanceOf: TlsError });
    t.like(error, { code: 'ERR_ALERT_RECEIVED', alert: 115, alertLevel: 2, alertName: 'unknown_psk_identity' });

    const [clientError] = (await reported) as [ClientError];
    t.true(clientError instanceof ClientError && clientError instanceof TlsError);
    t.like(clientError, {
      code: 'ERR_UNKNOWN_PSK_IDENTITY',
      pskIdentity: 'stranger',
      remoteAddress: '127.0.0.1',
    });
    t.true(clientError.remotePort > 0);
    t.regex(clientError.message, /127\.0\.0\.1 port \d+ \('stranger'\)/);
    t.is(server.counters().handshakesFailed, 1);
  });

  test(`a wrong key, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    server.on('connection', () => t.fail('no connection'));
    const reported = once(server, 'clientError');
    const psk = { identity: client1.identity, key: Buffer.from('wrong') };
    const attempt = dial(t, port, { psk, udpBackend, handshakeTimeouts: { min: 50, max: 100 } });
    const [clientError] = (await reported) as [ClientError];
    t.like(clientError, { code: 'ERR_BAD_FINISHED', pskIdentity: client1.identity, remoteAddress: '127.0.0.1' });
    await t.throwsAsync(attempt, { code: 'ETIMEDOUT' });
    t.is(server.counters().finishedUndecryptable, 1);
    t.is(server.counters().handshakesCompleted, 0);
  });
}

test('no common cipher suite', async (t) => {
  const { server, port } = await startServer(t, { cipherSuites: [0xc0a8] });
  const reported = once(server, 'clientError');
  await t.throwsAsync(dial(t, port, { cipherSuites: [0x00a8] }), { code: 'ERR_ALERT_RECEIVED' });
  const [clientError] = (await reported) as [ClientError];
  t.is(clientError.code, 'ERR_TLS_LIBRARY');
  t.regex(clientError.reason as string, /no shared cipher/);
});

test('nobody needs to listen to clientError', async (t) => {
  const { server, port } = await startServer(t);
  const psk = { identity: 'stranger', key: client1.key };
  await t.throwsAsync(dial(t, port, { psk }));
  await t.notThrowsAsync(dial(t, port));
  t.is(server.connections, 1);
});

test('a server that is full does not answer, and counts', async (t) => {
  const { server, port } = await startServer(t, { maxPeers: 1 });
  await dial(t, port);
  await t.throwsAsync(dial(t, port, { handshakeTimeouts: { min: 100, max: 400 } }), { code: 'ETIMEDOUT' });
  t.true(server.counters().peersRefused > 0);
  t.is(server.connections, 1);
});

test('the order of the client or of the server decides', async (t) => {
  const [ccm8, gcm] = ['TLS_PSK_WITH_AES_128_CCM_8', 'TLS_PSK_WITH_AES_128_GCM_SHA256'] as const;
  const suites = [ccm8, gcm];
  const reversed = [gcm, ccm8];
  const theirs = await startServer(t, { cipherSuites: suites, handshakeTimeouts: quickTimeouts });
  t.is((await dial(t, theirs.port, { cipherSuites: reversed })).cipher.name, gcm);
  const ours = await startServer(t, { cipherSuites: suites, preferServerOrder: true });
  t.is((await dial(t, ours.port, { cipherSuites: reversed })).cipher.name, ccm8);
});
