import { Duplex } from 'node:stream';
import test from 'ava';
import { type ConnectTlsOptions, connectTls, TlsServer, type TlsServerOptions } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';

const psk = { [client1.identity]: client1.key };

const badClients: [ConnectTlsOptions | Record<string, unknown>, string, RegExp][] = [
  [{}, 'ERR_INVALID_OPTION', /^host: /],
  [{ host: 'localhost' }, 'ERR_INVALID_OPTION', /^port: /],
  [{ host: 'localhost', port: 0 }, 'ERR_INVALID_OPTION', /^port: /],
  [{ host: 'localhost', prot: 1 }, 'ERR_UNKNOWN_OPTION', /did you mean 'port'/],
  [{ host: 'localhost', port: 1, handshakeTimeout: 0 }, 'ERR_INVALID_OPTION', /^handshakeTimeout: .* ms/],
  [{ host: 'localhost', port: 1, allowHalfOpen: 1 }, 'ERR_INVALID_OPTION', /^allowHalfOpen: /],
  [{ host: 'localhost', port: 1, noDelay: 'yes' }, 'ERR_INVALID_OPTION', /^noDelay: /],
  [{ host: 'localhost', port: 1, signal: {} }, 'ERR_INVALID_OPTION', /^signal: /],
  [{ host: 'localhost', port: 1, minVersion: 'TLSv1.4' }, 'ERR_INVALID_OPTION', /^minVersion: /],
  [{ host: 'localhost', port: 1, minVersion: 'DTLSv1.2' }, 'ERR_INVALID_OPTION', /^minVersion: /],
  [{ host: 'localhost', port: 1, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }, 'ERR_INVALID_OPTION', /^maxVersion: /],
  [{ host: 'localhost', port: 1, mtu: 1_000 }, 'ERR_UNKNOWN_OPTION', /'mtu'/],
  [{ host: 'localhost', port: 1, cert: 'x' }, 'ERR_INVALID_OPTION', /^key: /],
  [{ host: 'localhost', port: 1, cert: 'x', key: 'y' }, 'ERR_INVALID_CERTIFICATE', /^cert/],
  [{ host: 'localhost', port: 1, ca: 'x' }, 'ERR_INVALID_CERTIFICATE', /^ca/],
  [{ socket: 'a stream' }, 'ERR_INVALID_OPTION', /^socket: /],
  [{ socket: Duplex.from([]), port: 1 }, 'ERR_INVALID_OPTION', /^port: .*socket/],
  [{ socket: new Duplex({ objectMode: true }) }, 'ERR_INVALID_OPTION', /^socket: /],
];

for (const [options, code, message] of badClients) {
  test(`connectTls with ${described(options)}: ${message.source}`, async (t) => {
    await t.throwsAsync(connectTls(options as ConnectTlsOptions), { code, message });
  });
}

const badServers: [TlsServerOptions | Record<string, unknown>, string, RegExp][] = [
  [{}, 'ERR_INVALID_OPTION', /^psk: /],
  [{ psk, maxConnections: 0 }, 'ERR_INVALID_OPTION', /^maxConnections: /],
  [{ psk, maxConnection: 1 }, 'ERR_UNKNOWN_OPTION', /did you mean 'maxConnections'/],
  [{ psk, maxPeers: 1 }, 'ERR_UNKNOWN_OPTION', /'maxPeers'/],
  [{ psk, handshakeTimeout: 3_600_001 }, 'ERR_INVALID_OPTION', /^handshakeTimeout: /],
  [{ psk, requestCert: true }, 'ERR_INVALID_OPTION', /^ca: /],
  [{ psk, cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }, 'ERR_INVALID_OPTION', /^cipherSuites: /],
  [{ psk, minVersion: 'TLSv1.3', cipherSuites: [0xc0a8] }, 'ERR_NO_CIPHER_SUITE', /cipherSuites/],
];

for (const [options, code, message] of badServers) {
  test(`TlsServer with ${described(options)}: ${message.source}`, (t) => {
    t.throws(() => new TlsServer(options as TlsServerOptions), { code, message });
  });
}

test('a key that does not belong to the certificate is told', async (t) => {
  const [{ chainPem: cert }, { keyPem: key }] = [await pki.server(), await pki.client()];
  t.throws(() => new TlsServer({ cert, key }), { code: 'ERR_KEY_MISMATCH' });
});

const badListens: [Record<string, unknown>, string, RegExp][] = [
  [{ port: 65_536 }, 'ERR_INVALID_OPTION', /^port: /],
  [{ host: 'http://x' }, 'ERR_INVALID_OPTION', /^host: /],
  [{ backlog: 0 }, 'ERR_INVALID_OPTION', /^backlog: /],
  [{ reusePort: true }, 'ERR_UNKNOWN_OPTION', /'reusePort'/],
];

for (const [options, code, message] of badListens) {
  test(`listen with ${described(options)}: ${message.source}`, async (t) => {
    const server = new TlsServer({ psk });
    await t.throwsAsync(server.listen(options), { code, message });
    await server.close();
  });
}

function described(options: object): string {
  const shown = Object.entries(options).map(([name, value]) => (typeof value === 'object' ? name : `${name} ${value}`));
  return shown.join(', ') || 'nothing';
}
