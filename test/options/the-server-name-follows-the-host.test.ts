import test from 'ava';
import { parseConnectOptions } from '#lib/options/client-options.js';

const psk = { identity: 'device', key: Buffer.from('key') };

function names(host: string, options: object = {}): [serverName: string, verifyName: string] {
  const { serverName, verifyName } = parseConnectOptions({ host, port: 1, ...options }).security;
  return [serverName, verifyName];
}

test('a name is asked for, and the certificate must be for it', (t) => {
  t.deepEqual(names('a.example'), ['a.example', 'a.example']);
});

test('the dot that ends an absolute name is not part of it', (t) => {
  t.deepEqual(names('a.example.'), ['a.example', 'a.example']);
});

test('an address cannot be asked for, and is looked for in the certificate', (t) => {
  t.deepEqual(names('127.0.0.1'), ['', '127.0.0.1']);
  t.deepEqual(names('::1'), ['', '::1']);
  t.deepEqual(names('fe80::1%eth0'), ['', 'fe80::1']);
});

test('servername goes before host in both', (t) => {
  t.deepEqual(names('127.0.0.1', { servername: 'b.example' }), ['b.example', 'b.example']);
  t.deepEqual(names('a.example', { servername: 'b.example' }), ['b.example', 'b.example']);
  t.deepEqual(names('a.example', { servername: '' }), ['', 'a.example']);
});

test('checkName is about the certificate alone', (t) => {
  t.deepEqual(names('a.example', { checkName: 'b.example' }), ['a.example', 'b.example']);
  t.deepEqual(names('a.example', { checkName: '::1' }), ['a.example', '::1']);
  t.deepEqual(names('a.example', { checkName: false }), ['a.example', '']);
});

test('with a pre-shared key alone nothing is asked for, unless it is said', (t) => {
  t.deepEqual(names('a.example', { psk }), ['', '']);
  t.deepEqual(names('a.example', { psk, servername: 'b.example' }), ['b.example', 'b.example']);
  t.deepEqual(names('a.example', { psk, ca: 'a' }), ['a.example', 'a.example']);
});
