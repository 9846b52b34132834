import test from 'ava';
import { connectTls } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { nextClientError, only, startTlsServer } from './ends.js';

const psk = { [client1.identity]: client1.key };
const wrongKey = { identity: client1.identity, key: Buffer.alloc(16, 0x77) };
const stranger = { identity: 'stranger', key: client1.key };

/** What the server says, and what each side reports. */
const cases = [
  { version: 'TLSv1.2', what: 'a wrong key', credentials: wrongKey, alert: 20, atServer: 'ERR_TLS_LIBRARY' },
  {
    version: 'TLSv1.2',
    what: 'an unknown identity',
    credentials: stranger,
    alert: 115,
    atServer: 'ERR_UNKNOWN_PSK_IDENTITY',
  },
  { version: 'TLSv1.3', what: 'a wrong key', credentials: wrongKey, alert: 47, atServer: 'ERR_TLS_LIBRARY' },
  { version: 'TLSv1.3', what: 'an unknown identity', credentials: stranger, alert: 40, atServer: 'ERR_TLS_LIBRARY' },
] as const;

for (const { version, what, credentials, alert, atServer } of cases) {
  test(`${version}: ${what} ends in alert ${alert}`, async (t) => {
    const { server, port } = await startTlsServer(t, { psk });
    const refused = nextClientError(server);
    const error = await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: credentials, ...only(version) }), {
      code: 'ERR_ALERT_RECEIVED',
    });
    t.like(error, { alert, alertLevel: 2 });
    const clientError = await refused;
    t.is(clientError.code, atServer);
    t.is(clientError.remoteAddress, '127.0.0.1');
    // In TLS 1.3 an identity that nobody knows may as well be a ticket.
    const known = version === 'TLSv1.2' || credentials === wrongKey;
    t.is(clientError.pskIdentity, known ? credentials.identity : undefined);
    t.notRegex(`${error?.message} ${clientError.message}`, /77777777|000102/);
    t.is(server.connections, 0);
    t.is(server.counters().handshakesFailed, 1);
  });
}

test('TLSv1.2: a client with a key alone does not believe a certificate', async (t) => {
  const { port } = await startTlsServer(t);
  await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: client1, ...only('TLSv1.2') }), {
    code: 'ERR_ALERT_RECEIVED',
  });
});

test('TLSv1.3: a client with a key alone does not believe a certificate', async (t) => {
  const { port } = await startTlsServer(t);
  const error = await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: client1, ...only('TLSv1.3') }), {
    code: 'ERR_CERTIFICATE_VERIFY',
  });
  t.like(error, { libraryCode: 134 });
});
