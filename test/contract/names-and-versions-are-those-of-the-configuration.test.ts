import { once } from 'node:events';
import { createServer as createNodeServer } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { credentials, DtlsServer, type SslConfiguration, SslVersion, TlsServer } from 'lwm2m-tls';
import { boundSocket, failureOf, type Kind, kinds, makeSocket } from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

for (const kind of kinds) {
  const names: [what: string, host: string, configured: string | undefined, sent: string | undefined][] = [
    ['the host', 'localhost', undefined, 'localhost'],
    ['an empty name counts as none', 'localhost', '', 'localhost'],
    ['an address is no name', '127.0.0.1', undefined, undefined],
    ['another name', '127.0.0.1', 'server.example', 'server.example'],
    ['an address that is asked for', '127.0.0.1', '192.0.2.7', '192.0.2.7'],
  ];
  for (const [what, host, serverNameIndication, sent] of names) {
    test(`${kind}: SNI: ${what}`, async (t) => {
      const { port, server } = await serve(t, kind);
      const seen = new Promise<string | undefined>((resolve) => {
        server.once('connection', (socket: { servername: string | undefined }) => resolve(socket.servername));
      });
      const configuration = { security: {}, serverNameIndication, backendConfiguration: { addressFamily: 1 } } as const;
      await makeSocket(t, kind, configuration).connect(host, port);
      t.is(await seen, sent);
    });
  }

  const checks: [what: string, host: string, configured: string | undefined, error: string | undefined][] = [
    ['the host', 'localhost', undefined, undefined],
    ['an address, which the certificate names as such', '127.0.0.1', undefined, undefined],
    ['the configured name counts, not the host', '127.0.0.1', 'localhost', undefined],
    ['a name that the certificate does not have', 'localhost', 'other.example', 'HOSTNAME_MISMATCH'],
    ['an address that it does not have', '127.0.0.1', '192.0.2.1', 'IP_ADDRESS_MISMATCH'],
  ];
  for (const [what, host, serverNameIndication, verifyError] of checks) {
    test(`${kind}: the certificate is for ${what}`, async (t) => {
      const { port } = await serve(t, kind);
      const socket = makeSocket(t, kind, { ...(await verifying()), serverNameIndication });
      const connected = socket.connect(host, port);
      if (verifyError === undefined) await t.notThrowsAsync(connected);
      else t.like(await failureOf(t, connected), { code: 'ERR_CERTIFICATE_VERIFY', verifyError });
    });
  }

  test(`${kind}: without validation any certificate will do`, async (t) => {
    const { port } = await serve(t, kind, pki.expiredServer);
    await t.notThrowsAsync(makeSocket(t, kind, { security: {} }).connect('127.0.0.1', port));
  });
}

const versions: [
  lowest: keyof typeof SslVersion,
  served: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
  connects: boolean,
][] = [
  ['default', 'TLSv1.2', true],
  ['default', 'TLSv1.3', true],
  ['sslv2Or3', 'TLSv1.2', true],
  ['sslv3', 'TLSv1.2', true],
  ['tlsv1', 'TLSv1.2', true],
  ['tlsv1_1', 'TLSv1', false],
  ['tlsv1_2', 'TLSv1.1', false],
  ['tlsv1_2', 'TLSv1.3', true],
  ['tlsv1_3', 'TLSv1.2', false],
  ['tlsv1_3', 'TLSv1.3', true],
];
for (const [lowest, served, connects] of versions) {
  test(`TLS: at least ${lowest}, the server has ${served}`, async (t) => {
    const { chainPem, keyPem } = await pki.server();
    const bounds = { minVersion: served, maxVersion: served, ciphers: 'ALL:@SECLEVEL=0' };
    const server = createNodeServer({ cert: chainPem, key: keyPem, ...bounds }, (socket) =>
      socket.on('error', () => {}),
    );
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const socket = makeSocket(t, 'TLS', { security: {}, version: SslVersion[lowest] });
    const connected = socket.connect('127.0.0.1', (server.address() as { port: number }).port);
    if (connects) await t.notThrowsAsync(connected);
    else t.regex((await failureOf(t, connected)).code, /^ERR_/);
  });
}

for (const lowest of ['default', 'tlsv1', 'tlsv1_1', 'tlsv1_2'] as const) {
  test(`DTLS: at least ${lowest}`, async (t) => {
    const { port } = await serve(t, 'DTLS');
    const socket = makeSocket(t, 'DTLS', { security: {}, version: SslVersion[lowest] });
    await t.notThrowsAsync(socket.connect('127.0.0.1', port));
  });
}

test('DTLS 1.0 is refused from 1.2 on', async (t) => {
  const { chain, keyDer } = await pki.server();
  const own = { clientCert: credentials.array(chain.map(({ der }) => der)), clientKey: keyDer };
  const only10 = { security: own, additionalConfigurationClb: onlyDtls10 };
  const attempt = async (version: SslVersion) => {
    const listener = await boundSocket(t, 'DTLS', only10);
    const accepted = listener.accept(makeSocket(t, 'DTLS')).catch(() => {});
    const client = makeSocket(t, 'DTLS', { security: {}, version });
    await client.connect('127.0.0.1', listener.getLocalPort());
    await accepted;
  };
  await t.notThrowsAsync(attempt(SslVersion.tlsv1));
  t.regex((await failureOf(t, attempt(SslVersion.tlsv1_2))).code, /^ERR_/);
});

const onlyDtls10: SslConfiguration['additionalConfigurationClb'] = ({ configure }) => {
  configure('MaxProtocol', 'DTLSv1');
};

async function verifying(): Promise<SslConfiguration> {
  const trustedCerts = (await pki.root()).der;
  return {
    security: { serverCertValidation: true, ignoreSystemTrustStore: true, trustedCerts },
    backendConfiguration: { addressFamily: 1 },
  };
}

async function serve(t: ExecutionContext, kind: Kind, certified = pki.server) {
  const { chainPem: cert, keyPem: key } = await certified();
  const server = kind === 'DTLS' ? new DtlsServer({ cert, key }) : new TlsServer({ cert, key });
  if (server instanceof TlsServer) server.on('connection', (socket) => socket.on('error', () => {}));
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, server: server as DtlsServer };
}
