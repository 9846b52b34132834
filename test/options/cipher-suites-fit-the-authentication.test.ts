import test from 'ava';
import { cipherSuites } from 'lwm2m-tls';
import { defaultCipherSuites, parseCipherSuites } from '#lib/options/cipher-suites.js';
import { parseConnectOptions } from '#lib/options/client-options.js';
import { parseServerOptions } from '#lib/options/server-options.js';

const psk = { psk: true, certificate: false, tls13: false };
const certificate = { psk: false, certificate: true, tls13: false };
const tls13 = { psk: false, certificate: false, tls13: true };
const names = (suites: readonly { name: string }[]) => suites.map(({ name }) => name);
const kinds = (suites: readonly { kind: string }[]) => [...new Set(suites.map(({ kind }) => kind))];

test('by default the suites of LwM2M come first', (t) => {
  t.deepEqual(names(defaultCipherSuites(psk)).slice(0, 5), [
    'TLS_PSK_WITH_AES_128_CCM_8',
    'TLS_PSK_WITH_AES_128_CCM',
    'TLS_PSK_WITH_AES_128_GCM_SHA256',
    'TLS_PSK_WITH_AES_128_CBC_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  ]);
  t.deepEqual(names(defaultCipherSuites(certificate)).slice(0, 5), [
    'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
    'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  ]);
  t.is(defaultCipherSuites(tls13)[0]?.name, 'TLS_AES_128_GCM_SHA256');
});

test('the build has every default', (t) => {
  t.is(defaultCipherSuites(psk).length, 12);
  t.is(defaultCipherSuites(certificate).length, 14);
  t.is(defaultCipherSuites(tls13).length, 5);
});

test('no default is weak: no SHA-1, no NULL, no RSA or DHE key exchange', (t) => {
  const all = names(defaultCipherSuites({ psk: true, certificate: true, tls13: true }));
  t.deepEqual(
    all.filter((name) => /_SHA$|NULL|_anon_|^TLS_(RSA|DHE|DH|SRP)|3DES|SEED|IDEA|RC4/.test(name)),
    [],
  );
  t.is(new Set(all).size, all.length);
});

test('a suite of every kind can be asked for', (t) => {
  t.deepEqual([...kinds(cipherSuites)].sort(), ['certificate', 'psk', 'tls13']);
});

test('the kind of authentication decides on the defaults', (t) => {
  const device = { device: Buffer.from('key') };
  const own = { cert: 'c', key: 'k' };
  const client = { identity: 'device', key: Buffer.from('key') };
  const connect = (options: object) => parseConnectOptions({ host: 'h', port: 1, ...options });
  t.deepEqual(kinds(parseServerOptions({ psk: device }).security.cipherSuites), ['psk']);
  t.deepEqual(kinds(parseServerOptions({ ...own }).security.cipherSuites), ['certificate']);
  t.deepEqual(kinds(parseServerOptions({ psk: device, ...own }).security.cipherSuites), ['psk', 'certificate']);
  t.deepEqual(kinds(connect({ psk: client }).security.cipherSuites), ['psk']);
  t.deepEqual(kinds(connect({}).security.cipherSuites), ['certificate']);
  for (const more of [{ ca: 'a' }, own, { systemTrust: true }, { dane: { records: [] } }]) {
    t.deepEqual(kinds(connect({ psk: client, ...more }).security.cipherSuites), ['psk', 'certificate']);
  }
  t.deepEqual(kinds(connect({ psk: client, rejectUnauthorized: false }).security.cipherSuites), ['psk']);
});

test('what cannot be used is left out of a list, and nothing left is an error', (t) => {
  const list = ['TLS_PSK_WITH_AES_128_CCM_8', 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', 'TLS_AES_128_GCM_SHA256'];
  t.deepEqual(names(parseCipherSuites(list, psk)), list.slice(0, 1));
  t.deepEqual(names(parseCipherSuites(list, certificate)), list.slice(1, 2));
  t.deepEqual(names(parseCipherSuites(list, { ...certificate, tls13: true })), list.slice(1));
  const error = t.throws(() => parseCipherSuites(list.slice(0, 1), certificate), { code: 'ERR_INVALID_OPTION' });
  t.regex(error.message, /cipherSuites: got .*TLS_PSK_WITH_AES_128_CCM_8.*at least one suite for certificates/);
});
