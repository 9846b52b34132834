import test from 'ava';
import { PskStore } from 'lwm2m-tls';
import { defaultCipherSuites } from '#lib/options/cipher-suites.js';
import { parseConnectOptions } from '#lib/options/client-options.js';
import { parseListenOptions } from '#lib/options/listen-options.js';
import { parseServerOptions } from '#lib/options/server-options.js';

/** What is the same for a server and a client with a pre-shared key. */
const security = {
  certificates: [],
  privateKey: null,
  passphrase: null,
  trustAnchors: [],
  systemTrust: false,
  crls: [],
  rejectUnauthorized: true,
  minVersion: 0xfefd,
  maxVersion: 0xfefd,
  cipherSuites: defaultCipherSuites({ psk: true, certificate: false, tls13: false }),
  securityLevel: 2,
  signatureAlgorithms: undefined,
  groups: undefined,
};

const shared = {
  mtu: 1232,
  handshakeTimeouts: { min: 1000, max: 60_000 },
  recordLayer: 'own',
  udpBackend: 'auto',
  copyMessages: false,
  faults: undefined,
  capture: undefined,
  keylogFile: undefined,
};

test('of a server', (t) => {
  const psk = new PskStore();
  const settings = parseServerOptions({ psk, keylogFile: false });
  const admission = {
    maxHandshakes: 8_192,
    maxPeersPerAddress: 0,
    maxHandshakesPerAddress: 0,
    idleTimeoutMillis: 0,
    evictAfterMillis: 1_800_000,
  };
  t.deepEqual({ ...settings, security: undefined }, {
    ...shared,
    security: undefined,
    maxPeers: 100_000,
    admission,
  } as never);
  const { sessions, questions } = settings.security;
  t.deepEqual(questions, { psk: null, admit: null, selectContext: null, timeout: 5_000 });
  t.deepEqual({ ...settings.security, psk: undefined, questions: undefined, sessions: undefined }, {
    ...security,
    psk: undefined,
    preferServerOrder: false,
    requestCert: false,
    questions: undefined,
    sessions: undefined,
  } as never);
  t.is(settings.security.psk, psk);
  const parts = [settings, settings.handshakeTimeouts, settings.admission, settings.security, sessions, questions];
  for (const part of parts) t.true(Object.isFrozen(part));
});

test('the longest handshake timeout follows a short first one', (t) => {
  const parse = (min: number) => parseServerOptions({ psk: new PskStore(), handshakeTimeouts: { min } });
  t.deepEqual(parse(1).handshakeTimeouts, { min: 1, max: 4_096 });
  t.deepEqual(parse(15).handshakeTimeouts, { min: 15, max: 60_000 });
});

test('of listen', (t) => {
  const settings = parseListenOptions({});
  t.deepEqual(settings, { host: undefined, port: 0, flags: 0, receiveBufferSize: 0, sendBufferSize: 0 });
  t.true(Object.isFrozen(settings));
  t.is(parseListenOptions({ ipv6Only: true, reusePort: true }).flags, 5);
  t.is(parseListenOptions({ reuseAddress: true }).flags, 2);
});

test('of a client', (t) => {
  const key = Buffer.from('key');
  const settings = parseConnectOptions({ host: 'h', port: 1, psk: { identity: 'i', key }, keylogFile: false });
  t.deepEqual({ ...settings } as unknown, {
    ...shared,
    host: 'h',
    port: 1,
    security: {
      ...security,
      psk: { identity: Buffer.from('i'), key },
      serverName: '',
      verifyName: '',
      tlsa: null,
      session: new Uint8Array(),
      sessions: true,
      tickets: true,
    },
    localAddress: undefined,
    localPort: 0,
    signal: undefined,
    keylog: false,
  });
  const { psk } = settings.security;
  for (const part of [settings, settings.security, psk]) t.true(Object.isFrozen(part));
  t.not(psk?.key, key, 'a copy, which may be wiped');
});

test.serial('the key log file is the one of the environment', (t) => {
  const before = process.env['SSLKEYLOGFILE'];
  t.teardown(() => {
    if (before === undefined) delete process.env['SSLKEYLOGFILE'];
    else process.env['SSLKEYLOGFILE'] = before;
  });
  process.env['SSLKEYLOGFILE'] = '/somewhere/keys';
  const psk = new PskStore();
  t.is(parseServerOptions({ psk }).keylogFile, '/somewhere/keys');
  t.is(parseServerOptions({ psk, keylogFile: 'mine' }).keylogFile, 'mine');
  t.is(parseServerOptions({ psk, keylogFile: false }).keylogFile, undefined);
  process.env['SSLKEYLOGFILE'] = '';
  t.is(parseServerOptions({ psk }).keylogFile, undefined);
});
