import test from 'ava';
import { defaultCipherSuites } from '#lib/options/cipher-suites.js';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { echo, nextConnection, udpBackends } from '../helpers/ours.js';
import { pemOf, pki } from '../helpers/pki.js';

const suites = defaultCipherSuites({ psk: false, certificate: true, tls13: false });

for (const { id, name } of suites) {
  test(`with ${name}`, async (t) => {
    const rsa = name.includes('_RSA_');
    const [serverKey, clientKey] = rsa ? [pki.rsaServer, pki.rsaClient] : [pki.server, pki.client];
    const { server, port } = await startCertifiedServer(t, {
      ...identityOf(await serverKey()),
      ca: (await pki.root()).pem,
      requestCert: true,
      mtu: 1_000,
    });
    const accepted = nextConnection(server);
    const client = await dialCertified(t, port, { ...identityOf(await clientKey()), cipherSuites: [id], mtu: 1_000 });
    const { socket } = await accepted;
    for (const side of [client, socket]) {
      t.like(side, { authorized: true, authorizationError: undefined, protocol: 'DTLSv1.2', pskIdentity: undefined });
      t.is(side.cipher.id, id);
    }
    t.is(client.peerCertificate?.subject, (await serverKey()).x509.subject);
    t.is(socket.peerCertificate?.subject, (await clientKey()).x509.subject);
    t.is(await echo(client, 'hello'), 'hello');

    const before = client.bytesSent;
    client.send(Buffer.alloc(client.innerMtu));
    t.true(client.bytesSent - before <= 1_000, 'the largest message fits the mtu');
  });
}

for (const udpBackend of udpBackends) {
  test(`the server alone, over ${udpBackend}`, async (t) => {
    const { server, port } = await startCertifiedServer(t, { udpBackend });
    const accepted = nextConnection(server);
    const client = await dialCertified(t, port, { udpBackend });
    const { socket } = await accepted;
    t.true(client.authorized);
    t.like(socket, { authorized: false, authorizationError: undefined, peerCertificate: undefined });
    t.deepEqual(socket.peerCertificateChain, []);
    t.is(await echo(client, 'hello'), 'hello');
  });
}

test('the chain is told as it was sent, leaf first', async (t) => {
  const { port } = await startCertifiedServer(t);
  const client = await dialCertified(t, port);
  const sent = (await pki.server()).chain.map(({ x509 }) => x509.fingerprint256);
  t.is(sent.length, 2);
  t.deepEqual(
    client.peerCertificateChain.map(({ fingerprint256 }) => fingerprint256),
    sent,
  );
  t.is(client.peerCertificate, client.peerCertificateChain[0]);
});

test('DER does as well as PEM', async (t) => {
  const { chain, keyDer } = await pki.server();
  const { port } = await startCertifiedServer(t, { cert: chain.map(({ der }) => der), key: keyDer });
  const client = await dialCertified(t, port, { ca: (await pki.root()).der });
  t.is(await echo(client, 'hello'), 'hello');
});

test('a server takes pre-shared keys and certificates side by side', async (t) => {
  const psk = { identity: 'device', key: Buffer.from('secret') };
  const { server, port } = await startCertifiedServer(t, { psk: { [psk.identity]: psk.key } });
  const first = nextConnection(server);
  const keyed = await dialCertified(t, port, { psk, ca: undefined });
  const { socket } = await first;
  t.is(keyed.cipher.kind, 'psk');
  for (const side of [keyed, socket]) t.like(side, { authorized: true, pskIdentity: 'device' });
  const certified = await dialCertified(t, port);
  t.like(certified, { authorized: true, pskIdentity: undefined });
  t.is(certified.cipher.kind, 'certificate');
});

test('a client that has both takes what the server has', async (t) => {
  const psk = { identity: 'device', key: Buffer.from('secret') };
  const { port } = await startCertifiedServer(t);
  const client = await dialCertified(t, port, { psk });
  t.is(client.cipher.kind, 'certificate');
  t.like(client, { authorized: true, pskIdentity: undefined });
});

test('large chains and small datagrams', async (t) => {
  const server = await pki.rsaServer();
  const many = pemOf([...server.chain, ...Array.from({ length: 8 }, () => server)]);
  const { port } = await startCertifiedServer(t, { cert: many, key: server.keyPem, mtu: 256 });
  const client = await dialCertified(t, port, { mtu: 256 });
  t.is(client.peerCertificateChain.length, 10);
  t.is(await echo(client, 'hello'), 'hello');
});
