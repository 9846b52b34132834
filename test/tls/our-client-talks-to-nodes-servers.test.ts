import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { dialTls, echoed, nodePsk, only, startNodeServer, versions } from './ends.js';

for (const version of versions) {
  test(`${version}, ECDSA certificate`, async (t) => {
    const { port } = await startNodeServer(t, only(version));
    const socket = await dialTls(t, port);
    t.is(socket.protocol, version);
    t.true(socket.authorized);
    t.is(socket.peerCertificate?.subject, 'CN=server');
    t.is(await echoed(socket, 'ping'), 'ping');
  });

  test(`${version}, RSA certificate`, async (t) => {
    const { chainPem, keyPem } = await pki.rsaServer();
    const { port } = await startNodeServer(t, { ...only(version), cert: chainPem, key: keyPem });
    const socket = await dialTls(t, port);
    t.is(socket.peerCertificate?.subject, 'CN=rsa server');
    t.is(await echoed(socket, 'ping'), 'ping');
  });

  for (const kind of ['client', 'rsaClient'] as const) {
    test(`${version}, which asks for a certificate and gets that of ${kind}`, async (t) => {
      const subjects: unknown[] = [];
      const { port } = await startNodeServer(
        t,
        { ...only(version), requestCert: true, ca: (await pki.root()).pem },
        (socket) => {
          subjects.push(socket.getPeerCertificate().subject.CN);
          socket.pipe(socket);
        },
      );
      const { chainPem, keyPem } = await pki[kind]();
      const socket = await dialTls(t, port, { cert: chainPem, key: keyPem });
      t.is(await echoed(socket, 'ping'), 'ping');
      t.deepEqual(subjects, [(await pki[kind]()).x509.subject.slice('CN='.length)]);
    });
  }
}

test('TLSv1.2, pre-shared key', async (t) => {
  const { port } = await startNodeServer(t, {
    ...only('TLSv1.2'),
    cert: undefined,
    key: undefined,
    ciphers: nodePsk.ciphers,
    ...nodePsk.server,
  });
  const socket = await dialTls(t, port, { psk: client1 });
  t.is(socket.cipher.kind, 'psk');
  t.true(socket.authorized);
  t.is(socket.peerCertificate, undefined);
  t.is(await echoed(socket, 'ping'), 'ping');
});
