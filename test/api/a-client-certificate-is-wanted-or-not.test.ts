import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import type { ClientError, DtlsServerOptions } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { nextConnection } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';

async function start(t: ExecutionContext, options: Partial<DtlsServerOptions> = {}) {
  return startCertifiedServer(t, { ca: (await pki.root()).pem, ...options });
}

test('required: a client without one is refused', async (t) => {
  const { server, port } = await start(t, { requestCert: true });
  const reported = once(server, 'clientError');
  await t.throwsAsync(dialCertified(t, port), { code: 'ERR_ALERT_RECEIVED', message: /handshake_failure/ });
  const [error] = (await reported) as [ClientError];
  t.like(error, { code: 'ERR_TLS_LIBRARY', reason: 'peer did not return a certificate' });
});

test('requested: a client without one comes in, and is told apart', async (t) => {
  const { server, port } = await start(t, { requestCert: true, rejectUnauthorized: false });
  const accepted = nextConnection(server);
  await dialCertified(t, port);
  const { socket } = await accepted;
  t.like(socket, { authorized: false, authorizationError: undefined, peerCertificate: undefined });
});

test('not requested: a client that has one keeps it', async (t) => {
  const { server, port } = await start(t, { requestCert: false });
  const accepted = nextConnection(server);
  await dialCertified(t, port, identityOf(await pki.client()));
  const { socket } = await accepted;
  t.like(socket, { authorized: false, peerCertificate: undefined });
});

test('a client with a pre-shared key needs none, even where certificates are required', async (t) => {
  const psk = { identity: 'device', key: Buffer.from('secret') };
  const { server, port } = await start(t, { requestCert: true, psk: { [psk.identity]: psk.key } });
  const accepted = nextConnection(server);
  await dialCertified(t, port, { psk, ca: undefined });
  const { socket } = await accepted;
  t.like(socket, { authorized: true, pskIdentity: 'device' });
});
