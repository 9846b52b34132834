import test from 'ava';
import { connectTls, type TlsError } from 'lwm2m-tls';
import { type CertifiedKey, pki } from '../helpers/pki.js';
import { dialTls, echoed, nextClientError, only, startTlsEchoServer, startTlsServer, versions } from './ends.js';

/** What is wrong with a server, what the client calls it, and the alert that it sends. */
const faults: { certified: () => Promise<CertifiedKey>; verifyError: string; alert: number }[] = [
  { certified: pki.expiredServer, verifyError: 'CERT_HAS_EXPIRED', alert: 45 },
  { certified: pki.futureServer, verifyError: 'CERT_NOT_YET_VALID', alert: 42 },
  { certified: pki.selfSignedServer, verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT', alert: 48 },
  { certified: pki.strangeServer, verifyError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', alert: 48 },
  { certified: pki.misnamedServer, verifyError: 'HOSTNAME_MISMATCH', alert: 42 },
  { certified: pki.clientOnlyServer, verifyError: 'INVALID_PURPOSE', alert: 43 },
];

for (const version of versions) {
  for (const { certified, verifyError, alert } of faults) {
    test(`${version}: of a server: ${verifyError}`, async (t) => {
      const { chainPem, keyPem, x509 } = await certified();
      const { server, port } = await startTlsEchoServer(t, { cert: chainPem, key: keyPem, ...only(version) });
      const refused = nextClientError(server);
      const ca = (await pki.root()).pem;
      const error = await t.throwsAsync<TlsError>(connectTls({ host: 'localhost', port, ca }), {
        code: 'ERR_CERTIFICATE_VERIFY',
      });
      t.like(error, { verifyError, libraryCode: 134 });
      t.like(await refused, { code: 'ERR_ALERT_RECEIVED', alert });

      const trusting = await dialTls(t, port, { ca, rejectUnauthorized: false });
      t.false(trusting.authorized);
      t.is(trusting.authorizationError, verifyError);
      t.is(trusting.peerCertificate?.subject, x509.subject);
      t.is(await echoed(trusting, 'ping'), 'ping');
    });
  }
}

for (const version of versions) {
  test(`${version}: of a server that is on a revocation list`, async (t) => {
    const { chainPem, keyPem } = await pki.revokedServer();
    const { port } = await startTlsServer(t, { cert: chainPem, key: keyPem, ...only(version) });
    const trust = { ca: (await pki.root()).pem, crl: (await pki.crl()).pem };
    const error = await t.throwsAsync(connectTls({ host: 'localhost', port, ...trust }), {
      code: 'ERR_CERTIFICATE_VERIFY',
    });
    t.like(error, { verifyError: 'CERT_REVOKED' });
  });

  test(`${version}: a server without a revocation is believed with the list too`, async (t) => {
    const { port } = await startTlsEchoServer(t, only(version));
    const socket = await dialTls(t, port, { ca: (await pki.root()).pem, crl: (await pki.crl()).pem });
    t.true(socket.authorized);
  });
}

test('checkName: false checks the chain alone', async (t) => {
  const { chainPem, keyPem } = await pki.misnamedServer();
  const { port } = await startTlsServer(t, { cert: chainPem, key: keyPem });
  const socket = await dialTls(t, port, { checkName: false });
  t.true(socket.authorized);
});

test('an address is compared with the addresses of the certificate', async (t) => {
  const { port } = await startTlsServer(t);
  const socket = await dialTls(t, port, { host: '127.0.0.1' });
  t.true(socket.authorized);
  await t.throwsAsync(dialTls(t, port, { host: '127.0.0.1', checkName: '127.0.0.2' }), {
    code: 'ERR_CERTIFICATE_VERIFY',
  });
});

test('without ca a server of our own authority is not believed', async (t) => {
  const { port } = await startTlsServer(t);
  await t.throwsAsync(connectTls({ host: 'localhost', port }), { code: 'ERR_CERTIFICATE_VERIFY' });
});
