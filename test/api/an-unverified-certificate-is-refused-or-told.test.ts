import { once } from 'node:events';
import test from 'ava';
import { type ClientError, type ConnectOptions, TlsError } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { echo, nextConnection } from '../helpers/ours.js';
import { type CertifiedKey, pki } from '../helpers/pki.js';

interface Case {
  what: string;
  server: () => Promise<CertifiedKey>;
  client?: () => Promise<Partial<ConnectOptions>>;
  /** As `node:tls` names it, and OpenSSL's number. */
  verifyError: string;
  verifyCode: number;
  /** What the server is told. */
  alert: number;
}

const crls = async () => ({ crl: [(await pki.crl()).pem, (await pki.rootCrl()).pem] });

const cases: Case[] = [
  { what: 'expired', server: pki.expiredServer, verifyError: 'CERT_HAS_EXPIRED', verifyCode: 10, alert: 45 },
  { what: 'not valid yet', server: pki.futureServer, verifyError: 'CERT_NOT_YET_VALID', verifyCode: 9, alert: 42 },
  {
    what: 'for another name',
    server: pki.misnamedServer,
    client: async () => ({ checkName: 'localhost' }),
    verifyError: 'HOSTNAME_MISMATCH',
    verifyCode: 62,
    alert: 42,
  },
  {
    what: 'for another address',
    server: pki.misnamedServer,
    verifyError: 'IP_ADDRESS_MISMATCH',
    verifyCode: 64,
    alert: 42,
  },
  {
    what: 'signed by a stranger',
    server: pki.strangeServer,
    verifyError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    verifyCode: 20,
    alert: 48,
  },
  {
    what: 'signed by itself',
    server: pki.selfSignedServer,
    verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    verifyCode: 18,
    alert: 48,
  },
  { what: 'for clients only', server: pki.clientOnlyServer, verifyError: 'INVALID_PURPOSE', verifyCode: 26, alert: 43 },
  { what: 'revoked', server: pki.revokedServer, client: crls, verifyError: 'CERT_REVOKED', verifyCode: 23, alert: 44 },
  {
    what: 'of an authority without a revocation list, when there are lists',
    server: pki.server,
    client: async () => ({ crl: (await pki.rootCrl()).pem }),
    verifyError: 'UNABLE_TO_GET_CRL',
    verifyCode: 3,
    alert: 48,
  },
];

for (const { what, server, client, verifyError, verifyCode, alert } of cases) {
  test(`a server's certificate that is ${what}`, async (t) => {
    const started = await startCertifiedServer(t, identityOf(await server()));
    const reported = once(started.server, 'clientError');
    const options = (await client?.()) ?? {};
    const error = await t.throwsAsync(dialCertified(t, started.port, options), { instanceOf: TlsError });
    t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError, verifyCode, library: 'OpenSSL', libraryCode: 134 });
    t.regex(error.message, new RegExp(`the peer's certificate is not believed: .+ \\(${verifyError}\\)`));
    t.truthy(error.reason);
    const [clientError] = (await reported) as [ClientError];
    t.like(clientError, { code: 'ERR_ALERT_RECEIVED', alert });

    const lenient = await dialCertified(t, started.port, { ...options, rejectUnauthorized: false });
    t.like(lenient, { authorized: false, authorizationError: verifyError });
    t.is(lenient.peerCertificate?.subject, (await server()).x509.subject);
    t.is(await echo(lenient, 'hello'), 'hello');
  });
}

test('a self-signed certificate is its own authority', async (t) => {
  const certified = await pki.selfSignedServer();
  const { port } = await startCertifiedServer(t, identityOf(certified));
  t.true((await dialCertified(t, port, { ca: certified.pem })).authorized);
});

test('an intermediate authority alone is not enough', async (t) => {
  const { port } = await startCertifiedServer(t);
  const attempt = dialCertified(t, port, { ca: (await pki.intermediate()).pem });
  await t.throwsAsync(attempt, { code: 'ERR_CERTIFICATE_VERIFY' });
});

test('checkName false looks at the chain alone', async (t) => {
  const { port } = await startCertifiedServer(t, identityOf(await pki.misnamedServer()));
  t.true((await dialCertified(t, port, { checkName: false })).authorized);
});

test('a server with a certificate cannot stand in for one with the key', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  const reported = once(server, 'clientError');
  const psk = { identity: 'device', key: Buffer.from('secret') };
  await t.throwsAsync(dialCertified(t, port, { psk, ca: undefined }), { code: 'ERR_ALERT_RECEIVED' });
  const [{ reason }] = (await reported) as [ClientError];
  t.regex(reason as string, /no shared cipher/);
});

test('a server says whose certificate it does not believe', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t, { ca, requestCert: true });
  server.on('connection', () => t.fail('no connection'));
  const reported = once(server, 'clientError');
  const attempt = dialCertified(t, port, identityOf(await pki.expiredClient()));
  await t.throwsAsync(attempt, { code: 'ERR_ALERT_RECEIVED', message: /certificate_expired/ });
  const [error] = (await reported) as [ClientError];
  t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'CERT_HAS_EXPIRED', remoteAddress: '127.0.0.1' });
});

test('a server that lets everybody in tells who was not believed', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t, { ca, requestCert: true, rejectUnauthorized: false });
  for (const [certified, authorizationError] of [
    [await pki.strangeClient(), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [await pki.expiredClient(), 'CERT_HAS_EXPIRED'],
    [await pki.client(), undefined],
  ] as const) {
    const accepted = nextConnection(server);
    await dialCertified(t, port, identityOf(certified));
    const { socket } = await accepted;
    t.like(socket, { authorized: authorizationError === undefined, authorizationError });
    t.is(socket.peerCertificate?.subject, certified.x509.subject);
  }
});
