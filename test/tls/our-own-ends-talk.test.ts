import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { dialTls, echoed, nextConnection, only, startTlsEchoServer, versions } from './ends.js';

const psk = { [client1.identity]: client1.key };

for (const version of versions) {
  test(`${version}, pre-shared key`, async (t) => {
    const { server, port } = await startTlsEchoServer(t, { psk });
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, { psk: client1, ...only(version) });
    t.is(await echoed(client, 'ping'), 'ping');
    const socket = await accepted;
    for (const end of [client, socket]) {
      t.is(end.protocol, version);
      t.true(end.authorized);
      t.false(end.resumed);
      t.is(end.peerCertificate, undefined);
      t.is(end.pskIdentity, client1.identity);
    }
  });

  test(`${version}, a key that was on offer but not used identifies nobody`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, { psk: client1, ca: (await pki.root()).pem, ...only(version) });
    t.is(client.peerCertificate?.subject, 'CN=server');
    t.is(client.pskIdentity, undefined);
    t.is((await accepted).pskIdentity, undefined);
  });

  test(`${version}, certificates of both`, async (t) => {
    const { server, port } = await startTlsEchoServer(t, { requestCert: true, ca: (await pki.root()).pem });
    const accepted = nextConnection(server);
    const { chainPem, keyPem } = await pki.client();
    const client = await dialTls(t, port, { cert: chainPem, key: keyPem, ...only(version) });
    t.is(await echoed(client, 'ping'), 'ping');
    const socket = await accepted;
    t.is(client.peerCertificate?.subject, 'CN=server');
    t.is(socket.peerCertificate?.subject, 'CN=client');
    for (const end of [client, socket]) {
      t.true(end.authorized);
      t.is(end.authorizationError, undefined);
    }
  });

  test(`${version}, a server for keys and certificates serves both`, async (t) => {
    const { chainPem, keyPem } = await pki.server();
    const { port } = await startTlsEchoServer(t, { psk, cert: chainPem, key: keyPem });
    const keyed = await dialTls(t, port, { psk: client1, ...only(version) });
    const certified = await dialTls(t, port, only(version));
    t.is(await echoed(keyed, 'key'), 'key');
    t.is(await echoed(certified, 'certificate'), 'certificate');
    t.is(keyed.peerCertificate, undefined);
    t.is(certified.peerCertificate?.subject, 'CN=server');
  });
}

test('both ends know both addresses, and still after the close', async (t) => {
  const { server, port } = await startTlsEchoServer(t);
  const accepted = nextConnection(server);
  const client = await dialTls(t, port);
  const socket = await accepted;
  await client.close();
  await socket.close();
  t.is(client.remotePort, port);
  t.is(client.remoteAddress, '127.0.0.1');
  t.is(client.remoteFamily, 'IPv4');
  t.is(client.localPort, socket.remotePort);
  t.is(socket.localPort, port);
  t.is(client.bytesWritten, socket.bytesRead);
});
