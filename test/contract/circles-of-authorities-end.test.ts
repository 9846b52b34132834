import test, { type ExecutionContext } from 'ava';
import { type CertificateSecurity, createSslSocket, credentials, TlsServer } from 'lwm2m-tls';
import { serverIdentity } from '../helpers/contract-servers.js';
import { type CertifiedKey, issue } from '../helpers/pki.js';

/** Two roots that have signed each other, and a device below one of them. */
async function crossSigned(): Promise<{ device: CertifiedKey; anchors: CertifiedKey[] }> {
  const first = await issue({ name: 'first root', ca: true });
  const second = await issue({ name: 'second root', ca: true });
  const firstBySecond = await issue({ name: 'first root', ca: true, key: first.keyPair, issuer: second });
  const secondByFirst = await issue({ name: 'second root', ca: true, key: second.keyPair, issuer: first });
  const device = await issue({ name: 'device', issuer: firstBySecond });
  return { device, anchors: [firstBySecond, secondByFirst] };
}

test('a chain that is rebuilt from cross-signed roots has each of them once', async (t) => {
  const { device, anchors } = await crossSigned();
  const chain = await sentChain(t, {
    clientCert: credentials.buffer(device.der),
    clientKey: credentials.buffer(device.keyDer),
    trustedCerts: credentials.list(anchors.map(({ der }) => credentials.buffer(der))),
    rebuildClientCertChain: true,
  });
  t.deepEqual(chain, ['CN=device', 'CN=first root', 'CN=second root']);
});

test('without the flag the leaf is sent alone, whatever is trusted', async (t) => {
  const { device, anchors } = await crossSigned();
  const chain = await sentChain(t, {
    clientCert: credentials.buffer(device.der),
    clientKey: credentials.buffer(device.keyDer),
    trustedCerts: credentials.list(anchors.map(({ der }) => credentials.buffer(der))),
  });
  t.deepEqual(chain, ['CN=device']);
});

/** The subjects that the server sees. */
async function sentChain(t: ExecutionContext, security: CertificateSecurity): Promise<string[]> {
  const server = new TlsServer({ ...(await serverIdentity()), requestCert: true, rejectUnauthorized: false });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const seen = new Promise<string[]>((resolve) => {
    server.on('connection', (peer) => resolve(peer.peerCertificateChain.map(({ subject }) => subject)));
  });
  const socket = createSslSocket({ security });
  t.teardown(() => socket.cleanup());
  await socket.connect('127.0.0.1', port);
  return seen;
}
