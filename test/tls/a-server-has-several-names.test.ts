import tls from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { connectTls, type TlsServer } from 'lwm2m-tls';
import { issue, pki } from '../helpers/pki.js';
import { dialNode, dialTls, nextConnection, only, startTlsEchoServer, versions } from './ends.js';

async function startNamedServer(t: ExecutionContext): Promise<{ server: TlsServer; port: number }> {
  const started = await startTlsEchoServer(t);
  const issuer = await pki.intermediate();
  for (const name of ['a.example', '*.devices.example']) {
    const { chainPem, keyPem } = await issue({ name: `for ${name}`, dns: [name], issuer });
    started.server.addContext(name, { cert: chainPem, key: keyPem });
  }
  return started;
}

const names = [
  ['a.example', 'CN=for a.example'],
  ['A.Example', 'CN=for a.example'],
  ['one.devices.example', 'CN=for *.devices.example'],
  ['localhost', 'CN=server'],
] as const;

for (const version of versions) {
  for (const [servername, subject] of names) {
    test(`${version}: ${servername} gets the certificate of ${subject}`, async (t) => {
      const { server, port } = await startNamedServer(t);
      const accepted = nextConnection(server);
      const client = await dialTls(t, port, { servername, ...only(version) });
      t.is(client.peerCertificate?.subject, subject);
      t.is((await accepted).servername, servername.toLowerCase());
    });
  }

  test(`${version}: Node's client gets it as well`, async (t) => {
    const { port } = await startNamedServer(t);
    const client = await dialNode(t, port, { servername: 'a.example', ...only(version) });
    t.is(client.getPeerCertificate().subject.CN, 'for a.example');
  });
}

test('two labels are not one, and an address asks for nothing', async (t) => {
  const { server, port } = await startNamedServer(t);
  const first = nextConnection(server);
  const client = await dialTls(t, port, { servername: 'x.one.devices.example', checkName: 'localhost' });
  t.is(client.peerCertificate?.subject, 'CN=server');
  t.is((await first).servername, 'x.one.devices.example');
  const second = nextConnection(server);
  await dialTls(t, port, { host: '127.0.0.1' });
  t.is((await second).servername, undefined);
});

test('a name may ask its clients for certificates of its own authorities', async (t) => {
  const { server, port } = await startTlsEchoServer(t);
  const [{ chainPem, keyPem }, client] = [await pki.server(), await pki.client()];
  const ca = (await pki.root()).pem;
  server.addContext('closed.example', { cert: chainPem, key: keyPem, requestCert: true, ca });
  const options = {
    host: 'localhost',
    port,
    ca,
    checkName: 'localhost',
    servername: 'closed.example',
    ...only('TLSv1.2'),
  };
  await t.throwsAsync(connectTls(options), { code: 'ERR_ALERT_RECEIVED' });
  const accepted = nextConnection(server);
  await dialTls(t, port, { ...options, cert: client.chainPem, key: client.keyPem });
  t.true((await accepted).authorized);
  await dialTls(t, port);
});

test('a name that says nothing of its clients asks them for what the server does', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startTlsEchoServer(t, { requestCert: true, ca, ...only('TLSv1.2') });
  const { chainPem: cert, keyPem: key } = await pki.server();
  server.addContext('closed.example', { cert, key });
  const options = { host: 'localhost', port, ca, checkName: 'localhost', servername: 'closed.example' };
  await t.throwsAsync(connectTls(options), { code: 'ERR_ALERT_RECEIVED' });
});

test('a session of one name does not open another', async (t) => {
  const { server, port } = await startTlsEchoServer(t, only('TLSv1.2'));
  const [{ chainPem, keyPem }, { pem: ca }] = [await pki.server(), await pki.root()];
  server.addContext('closed.example', { cert: chainPem, key: keyPem, requestCert: true, ca });
  const plain = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
  const session = await new Promise<Buffer>((resolve) => plain.once('session', resolve));
  plain.destroy();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    const intruder = tls.connect({
      port,
      host: '127.0.0.1',
      servername: 'closed.example',
      ca,
      session,
      checkServerIdentity: () => undefined,
    });
    t.teardown(() => void intruder.destroy());
    intruder.once('error', resolve);
  });
  t.regex(error.message, /alert/);
});
