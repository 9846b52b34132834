import { once } from 'node:events';
import { createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import {
  type CertificateSecurity,
  type ContractError,
  credentials,
  DtlsServer,
  SocketOption,
  type SslConfiguration,
  SslVersion,
  TlsServer,
} from 'lwm2m-tls';
import { failureOf, type Kind, kinds, makeSocket, pskSecurity, setRecvTimeout } from '../helpers/contract-sockets.js';
import { freePort } from '../helpers/free-port.js';
import { pki } from '../helpers/pki.js';
import { SilentServer } from '../helpers/silent-server.js';

const key = Buffer.from('secret');
const quick = { dtlsHandshakeTimeouts: { min: 50, max: 200 } };

/** A failed handshake: the server's options, what the client is given, and its error. */
interface Row {
  what: string;
  server: () => Promise<object>;
  client: () => Promise<SslConfiguration>;
  expected: Partial<ContractError>;
  /** Where it is otherwise. */
  dtls?: Partial<ContractError>;
}

const alert = (description: number): Partial<ContractError> => ({
  code: 'ERR_ALERT_RECEIVED',
  category: 'AVS_NET_SSL_ALERT_CATEGORY',
  avsCategory: 8_572,
  avsCode: (2 << 8) | description,
  alert: description,
});
const unverified = (verifyError: string): Partial<ContractError> => ({
  code: 'ERR_CERTIFICATE_VERIFY',
  category: 'AVS_NET_SSL_LIB_ERROR_CATEGORY',
  avsCategory: 8_573,
  avsCode: 134,
  verifyError,
});
const timeout: Partial<ContractError> = { code: 'ETIMEDOUT', category: 'AVS_ERRNO_CATEGORY', avsCode: 65 };

const pskServer = async () => ({ psk: { device: key } });
const certServer =
  (made = pki.server) =>
  async () => ({ cert: (await made()).chainPem, key: (await made()).keyPem });
const tls12 = { version: SslVersion.tlsv1_2 } as const;
const legacy = { ciphersuites: [0xc0a8, 0x00a8, 0xc02b, 0xc0ae] };
const pskClient = (fields: object) => async () => ({ ...legacy, ...quick, security: { ...pskSecurity, ...fields } });
const certClient =
  (fields: CertificateSecurity = {}) =>
  async (): Promise<SslConfiguration> => ({
    ...legacy,
    ...tls12,
    security: {
      serverCertValidation: true,
      ignoreSystemTrustStore: true,
      trustedCerts: (await pki.root()).der,
      ...fields,
    },
    serverNameIndication: 'localhost',
  });

const rows: Row[] = [
  {
    what: 'another key',
    server: pskServer,
    client: pskClient({ key: Buffer.from('x') }),
    expected: alert(20),
    dtls: timeout,
  },
  { what: 'an unknown identity', server: pskServer, client: pskClient({ identity: 'who' }), expected: alert(115) },
  { what: 'a key, but the server has a certificate', server: certServer(), client: pskClient({}), expected: alert(40) },
  {
    what: 'an untrusted certificate',
    server: certServer(pki.strangeServer),
    client: certClient(),
    expected: unverified('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
  },
  {
    what: 'an expired certificate',
    server: certServer(pki.expiredServer),
    client: certClient(),
    expected: unverified('CERT_HAS_EXPIRED'),
  },
  {
    what: 'a certificate for another name',
    server: certServer(pki.misnamedServer),
    client: certClient(),
    expected: unverified('HOSTNAME_MISMATCH'),
  },
  {
    what: 'no certificate, and the server wants one',
    server: async () => ({ ...(await certServer()()), ca: (await pki.root()).pem, requestCert: true }),
    client: certClient(),
    expected: alert(40),
  },
  {
    what: 'a certificate that the server does not trust',
    server: async () => ({ ...(await certServer()()), ca: (await pki.root()).pem, requestCert: true }),
    client: async () => {
      const { chain, keyDer } = await pki.strangeClient();
      const clientCert = credentials.array(chain.map(({ der }) => credentials.buffer(der)));
      return certClient({ clientCert, clientKey: keyDer })();
    },
    expected: alert(48),
  },
  {
    what: 'no suite in common',
    server: async () => ({ ...(await pskServer()), cipherSuites: ['TLS_PSK_WITH_AES_128_CBC_SHA256'] }),
    client: async () => ({ ciphersuites: [0xc0a8], security: pskSecurity }),
    expected: alert(40),
  },
];

for (const kind of kinds) {
  for (const { what, server, client, expected, dtls } of rows) {
    test(`${kind}: ${what}`, async (t) => {
      const port = await serve(t, kind, await server());
      const socket = makeSocket(t, kind, await client());
      t.like(await failureOf(t, socket.connect('127.0.0.1', port)), (kind === 'DTLS' && dtls) || expected);
      t.is(socket.getOpt(SocketOption.state), 0, 'closed');
      t.is((await failureOf(t, socket.send('x'))).code, 'EBADF');
    });
  }

  test(`${kind}: nobody listens`, async (t) => {
    const socket = makeSocket(t, kind);
    const error = await failureOf(
      t,
      socket.connect('127.0.0.1', await freePort(kind === 'DTLS' ? 'datagram' : 'stream')),
    );
    t.like(error, { code: 'ECONNREFUSED', category: 'AVS_ERRNO_CATEGORY', avsCode: 13 });
    t.is(socket.getOpt(SocketOption.state), 0);
  });

  test(`${kind}: a name that does not exist`, async (t) => {
    const socket = makeSocket(t, kind);
    const error = await failureOf(t, socket.connect('no-such-host.invalid', 5684));
    t.like(error, { code: 'EADDRNOTAVAIL', avsCode: 4 });
  });

  test(`${kind}: it works after a failure`, async (t) => {
    const port = await serve(t, kind, await pskServer());
    const socket = makeSocket(t, kind, quick);
    await failureOf(t, socket.connect('127.0.0.1', await freePort(kind === 'DTLS' ? 'datagram' : 'stream')));
    await t.notThrowsAsync(socket.connect('127.0.0.1', port));
  });
}

test('DTLS: silence', async (t) => {
  await using silent = await SilentServer.open();
  const socket = makeSocket(t, 'DTLS', { dtlsHandshakeTimeouts: { min: 40, max: 150 } });
  const start = performance.now();
  t.like(await failureOf(t, socket.connect('127.0.0.1', silent.port)), timeout);
  const waited = performance.now() - start;
  t.is(silent.arrivals.length, 3, 'after 0, 40 and 120 ms');
  t.true(waited > 250 && waited < 10_000, `given up after 40 + 80 + 150 ms: ${waited}`);
});

test('DTLS: the handshake timeouts change while closed, and count from the next handshake on', async (t) => {
  await using silent = await SilentServer.open();
  const socket = makeSocket(t, 'DTLS', { dtlsHandshakeTimeouts: { min: 4_000, max: 4_000 } });
  socket.setOpt(SocketOption.dtlsHandshakeTimeouts, { min: 60, max: 60 });
  const start = performance.now();
  t.like(await failureOf(t, socket.connect('127.0.0.1', silent.port)), timeout);
  t.is(silent.arrivals.length, 1, 'min = max: one flight');
  t.true(performance.now() - start < 3_900);
});

test('TLS: silence', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const connections = new Set<{ destroy(): unknown }>();
  server.on('connection', (socket) => connections.add(socket));
  const socket = makeSocket(t, 'TLS');
  setRecvTimeout(socket, 100);
  t.like(await failureOf(t, socket.connect('127.0.0.1', (server.address() as { port: number }).port)), timeout);
  for (const connection of connections) connection.destroy();
});

test('TLS 1.3: a refused client certificate shows with the first receive', async (t) => {
  const { chain, keyDer } = await pki.strangeClient();
  const clientCert = credentials.array(chain.map(({ der }) => credentials.buffer(der)));
  const options = { ...(await certServer()()), ca: (await pki.root()).pem, requestCert: true };
  const port = await serve(t, 'TLS', options);
  const configuration = { ...(await certClient({ clientCert, clientKey: keyDer })()), ciphersuites: [0x1301] };
  const socket = makeSocket(t, 'TLS', configuration);
  await socket.connect('127.0.0.1', port);
  t.like(await failureOf(t, socket.receiveMessage()), alert(48));
  t.like(await failureOf(t, socket.receiveMessage()), alert(48), 'and with all that follow');
});

test('TLS: a version below the minimum is refused', async (t) => {
  const port = await serve(t, 'TLS', { ...(await certServer()()), maxVersion: 'TLSv1.2' });
  const socket = makeSocket(t, 'TLS', { security: {}, version: SslVersion.tlsv1_3 });
  t.like(await failureOf(t, socket.connect('127.0.0.1', port)), alert(70));
});

test('TLS: the peer resets', async (t) => {
  const server = createServer((connection) => connection.resetAndDestroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const socket = makeSocket(t, 'TLS');
  const error = await failureOf(t, socket.connect('127.0.0.1', (server.address() as { port: number }).port));
  t.like(error, { code: 'ECONNRESET', avsCode: 14, category: 'AVS_ERRNO_CATEGORY' });
});

async function serve(t: ExecutionContext, kind: Kind, options: object): Promise<number> {
  const server = kind === 'DTLS' ? new DtlsServer(options) : new TlsServer(options);
  t.teardown(() => server.close());
  if (server instanceof TlsServer) server.on('connection', (socket) => socket.on('error', () => {}));
  return (await server.listen({ host: '127.0.0.1', port: 0 })).port;
}
