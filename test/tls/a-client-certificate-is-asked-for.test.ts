import test from 'ava';
import { type ConnectTlsOptions, connectTls } from 'lwm2m-tls';
import { pki } from '../helpers/pki.js';
import {
  dialTls,
  echoed,
  failure,
  nextClientError,
  nextConnection,
  only,
  startTlsEchoServer,
  startTlsServer,
} from './ends.js';

type Certificate = Pick<ConnectTlsOptions, 'cert' | 'key'>;

async function certificateOf(who: 'expiredClient' | 'strangeClient' | 'selfSignedClient'): Promise<Certificate> {
  const { chainPem, keyPem } = await pki[who]();
  return { cert: chainPem, key: keyPem };
}

/** What is refused, what the server calls it, and its alert. */
const cases = [
  { what: 'none', code: 'ERR_TLS_LIBRARY', alert12: 40, alert13: 116 },
  { what: 'expiredClient', code: 'ERR_CERTIFICATE_VERIFY', alert12: 45, alert13: 45 },
  { what: 'strangeClient', code: 'ERR_CERTIFICATE_VERIFY', alert12: 48, alert13: 48 },
  { what: 'selfSignedClient', code: 'ERR_CERTIFICATE_VERIFY', alert12: 48, alert13: 48 },
] as const;

for (const { what, code, alert12, alert13 } of cases) {
  const certificate = async () => (what === 'none' ? {} : certificateOf(what));

  test(`TLSv1.2: ${what} is refused in the handshake`, async (t) => {
    const { server, port } = await startTlsServer(t, { requestCert: true, ca: (await pki.root()).pem });
    const refused = nextClientError(server);
    const ca = (await pki.root()).pem;
    const options = { host: 'localhost', port, ca, ...only('TLSv1.2'), ...(await certificate()) };
    const error = await t.throwsAsync(connectTls(options), { code: 'ERR_ALERT_RECEIVED' });
    t.like(error, { alert: alert12 });
    t.is((await refused).code, code);
  });

  test(`TLSv1.3: ${what} is refused after the handshake, before anything can be read`, async (t) => {
    const { server, port } = await startTlsServer(t, { requestCert: true, ca: (await pki.root()).pem });
    server.on('connection', () => t.fail());
    const refused = nextClientError(server);
    const client = await dialTls(t, port, { ...only('TLSv1.3'), ...(await certificate()) });
    client.on('data', () => t.fail());
    client.write('hello');
    t.like(await failure(client), { code: 'ERR_ALERT_RECEIVED', alert: alert13 });
    t.is((await refused).code, code);
  });
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version}: without rejectUnauthorized a bad one goes through and is told`, async (t) => {
    const { server, port } = await startTlsEchoServer(t, {
      ...{ requestCert: true, rejectUnauthorized: false },
      ca: (await pki.root()).pem,
    });
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, { ...only(version), ...(await certificateOf('expiredClient')) });
    t.is(await echoed(client, 'ping'), 'ping');
    const socket = await accepted;
    t.false(socket.authorized);
    t.is(socket.authorizationError, 'CERT_HAS_EXPIRED');
    t.is(socket.peerCertificate?.subject, 'CN=expired client');
  });

  test(`${version}: without rejectUnauthorized none goes through as well`, async (t) => {
    const { server, port } = await startTlsEchoServer(t, {
      ...{ requestCert: true, rejectUnauthorized: false },
      ca: (await pki.root()).pem,
    });
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, only(version));
    t.is(await echoed(client, 'ping'), 'ping');
    const { authorized, peerCertificate } = await accepted;
    t.deepEqual({ authorized, peerCertificate }, { authorized: false, peerCertificate: undefined });
  });
}
