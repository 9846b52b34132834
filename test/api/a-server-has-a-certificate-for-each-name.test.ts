import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { type ConnectOptions, DtlsServer } from 'lwm2m-tls';
import { parseConnectOptions } from '#lib/options/client-options.js';
import { bindSession } from '#lib/session-binding.js';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { nextConnection } from '../helpers/ours.js';
import { issue, pki } from '../helpers/pki.js';

async function certificateFor(name: string) {
  return issue({ name, dns: [name], issuer: await pki.intermediate() });
}

/** The common name of the certificate that a client gets. */
async function askFor(t: ExecutionContext, port: number, options: Partial<ConnectOptions>) {
  const client = await dialCertified(t, port, options);
  t.true(client.authorized);
  return client.peerCertificate?.subject.replace('CN=', '');
}

test('exact names go before patterns, and others have that of the server', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  for (const name of ['one.devices.example', '*.devices.example']) {
    server.addContext(name, identityOf(await certificateFor(name)));
  }
  t.is(await askFor(t, port, { servername: 'one.devices.example' }), 'one.devices.example');
  t.is(await askFor(t, port, { servername: 'ONE.Devices.Example' }), 'one.devices.example');
  t.is(await askFor(t, port, { servername: 'two.devices.example' }), '*.devices.example');
  t.is(await askFor(t, port, {}), 'server');
  t.is(await askFor(t, port, { servername: 'a.two.devices.example', checkName: 'localhost' }), 'server');
});

test('both sides tell the name', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  const accepted = nextConnection(server);
  const client = await dialCertified(t, port, { servername: 'localhost' });
  const { socket } = await accepted;
  t.is(client.servername, 'localhost');
  t.is(socket.servername, 'localhost');
  const next = nextConnection(server);
  t.is((await dialCertified(t, port)).servername, undefined);
  t.is((await next).socket.servername, undefined);
});

test('a name can be replaced while the server runs', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  const [first, second] = [await certificateFor('a.example'), await certificateFor('a.example')];
  for (const certified of [first, second]) {
    server.addContext('a.example', identityOf(certified));
    const client = await dialCertified(t, port, { servername: 'a.example' });
    t.is(client.peerCertificate?.fingerprint256, certified.x509.fingerprint256);
  }
});

test('a name may ask its clients for more than the server does', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t);
  server.addContext('a.example', { ...identityOf(await certificateFor('a.example')), ca, requestCert: true });
  await t.throwsAsync(dialCertified(t, port, { servername: 'a.example' }), { code: 'ERR_ALERT_RECEIVED' });
  const accepted = nextConnection(server);
  await dialCertified(t, port, { servername: 'a.example', ...identityOf(await pki.client()) });
  t.true((await accepted).socket.authorized);
  await t.notThrowsAsync(dialCertified(t, port));
});

test('a name asks its clients for what the server does, unless it says otherwise', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t, { ca, requestCert: true });
  server.addContext('a.example', identityOf(await certificateFor('a.example')));
  server.addContext('open.example', { ...identityOf(await certificateFor('open.example')), requestCert: false });
  await t.throwsAsync(dialCertified(t, port, { servername: 'a.example' }), { code: 'ERR_ALERT_RECEIVED' });
  const accepted = nextConnection(server);
  await dialCertified(t, port, { servername: 'a.example', ...identityOf(await pki.client()) });
  t.true((await accepted).socket.authorized);
  await t.notThrowsAsync(dialCertified(t, port, { servername: 'open.example' }));
});

test('a session of one name is not resumed where the other asks for more', async (t) => {
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t);
  const strict = await issue({ name: 'a.example', dns: ['a.example', 'localhost'], issuer: await pki.intermediate() });
  server.addContext('a.example', { ...identityOf(strict), ca, requestCert: true });
  const lax = await dialCertified(t, port);
  // Our own clients do not even offer it: this one says that it was made for that name.
  const asked = { servername: 'a.example', checkName: 'localhost' };
  const { security } = parseConnectOptions({ host: '127.0.0.1', port, ca, ...asked });
  const session = bindSession(security, (lax.session as Buffer).subarray(17));
  t.true((await dialCertified(t, port, { session: lax.session })).resumed);
  await t.throwsAsync(dialCertified(t, port, { ...asked, session }), { code: 'ERR_ALERT_RECEIVED' });
});

test('secrets of every name are logged', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  server.addContext('a.example', identityOf(await certificateFor('a.example')));
  const logged = once(server, 'keylog');
  server.addContext('b.example', identityOf(await certificateFor('b.example')));
  await dialCertified(t, port, { servername: 'a.example' });
  t.regex(String((await logged)[0]), /^CLIENT_RANDOM/);
  const second = once(server, 'keylog');
  await dialCertified(t, port, { servername: 'b.example' });
  t.regex(String((await second)[0]), /^CLIENT_RANDOM/);
});

test('what cannot be a name, or has no certificate, is refused', async (t) => {
  const server = new DtlsServer(identityOf(await pki.server()));
  const invalid = { code: 'ERR_INVALID_OPTION' };
  for (const name of ['', '*', 'a.*', '*a.example', 'a b', '127.0.0.1:1', 7, null]) {
    t.throws(() => server.addContext(name as never, {}), invalid, String(name));
  }
  t.throws(() => server.addContext('a.example', {}), invalid);
  t.throws(() => server.addContext('a.example', { certs: 'c' } as never), { code: 'ERR_UNKNOWN_OPTION' });
  const keyed = new DtlsServer({ psk: {} });
  const identity = identityOf(await pki.server());
  t.throws(() => keyed.addContext('a.example', identity), { ...invalid, message: /^cert: / });
});
