import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { dialNode, echoed, nextConnection, nodePsk, only, startTlsEchoServer, versions } from './ends.js';

for (const version of versions) {
  test(`${version}, ECDSA certificate`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const accepted = nextConnection(server);
    const client = await dialNode(t, port, only(version));
    t.true(client.authorized);
    t.is(client.getProtocol(), version);
    t.is(await echoed(client, 'ping'), 'ping');
    const { protocol, servername, authorized } = await accepted;
    t.deepEqual(
      { protocol, servername, authorized },
      { protocol: version, servername: 'localhost', authorized: false },
    );
  });

  test(`${version}, RSA certificate`, async (t) => {
    const { chainPem, keyPem } = await pki.rsaServer();
    const { port } = await startTlsEchoServer(t, { cert: chainPem, key: keyPem });
    const client = await dialNode(t, port, only(version));
    t.true(client.authorized);
    t.is(await echoed(client, 'ping'), 'ping');
  });

  for (const kind of ['client', 'rsaClient'] as const) {
    test(`${version}, which shows the certificate of ${kind}`, async (t) => {
      const { server, port } = await startTlsEchoServer(t, { requestCert: true, ca: (await pki.root()).pem });
      const accepted = nextConnection(server);
      const certified = await pki[kind]();
      const client = await dialNode(t, port, { ...only(version), cert: certified.chainPem, key: certified.keyPem });
      t.is(await echoed(client, 'ping'), 'ping');
      const socket = await accepted;
      t.true(socket.authorized);
      t.is(socket.peerCertificate?.fingerprint256, certified.x509.fingerprint256);
      t.deepEqual(
        socket.peerCertificateChain.map(({ subject }) => subject),
        [certified.x509.subject, 'CN=test intermediate'],
      );
    });
  }
}

test('TLSv1.2, pre-shared key', async (t) => {
  const { server, port } = await startTlsEchoServer(t, { psk: { [client1.identity]: client1.key } });
  const accepted = nextConnection(server);
  const client = await dialNode(t, port, { ...only('TLSv1.2'), ciphers: nodePsk.ciphers, ...nodePsk.client });
  t.is(await echoed(client, 'ping'), 'ping');
  const { pskIdentity, authorized } = await accepted;
  t.deepEqual({ pskIdentity, authorized }, { pskIdentity: client1.identity, authorized: true });
});
