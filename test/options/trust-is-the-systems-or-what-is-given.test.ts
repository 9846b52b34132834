import test from 'ava';
import { parseConnectOptions } from '#lib/options/client-options.js';
import { parseServerOptions } from '#lib/options/server-options.js';
import { parseServerIdentity } from '#lib/options/server-security.js';

const psk = { identity: 'device', key: Buffer.from('key') };
const client = (options: object = {}) => parseConnectOptions({ host: 'h', port: 1, ...options }).security;
const server = (options: object = {}) => parseServerOptions({ cert: 'c', key: 'k', ...options }).security;

test('a client trusts the system, or what it is given instead, or both', (t) => {
  t.true(client().systemTrust);
  t.false(client({ ca: 'a' }).systemTrust);
  t.true(client({ ca: 'a', systemTrust: true }).systemTrust);
  t.is(client({ ca: ['a', Buffer.from('b')] }).trustAnchors.length, 2);
  t.false(client({ systemTrust: false }).systemTrust);
});

test('a client with a pre-shared key alone believes no certificate at all', (t) => {
  t.like(client({ psk }), { systemTrust: false, trustAnchors: [], rejectUnauthorized: true });
  t.true(client({ psk, rejectUnauthorized: false }).rejectUnauthorized);
  t.false(client({ rejectUnauthorized: false }).rejectUnauthorized);
});

test('a server trusts nobody unless it is told to', (t) => {
  t.like(server(), { systemTrust: false, requestCert: false, rejectUnauthorized: true });
  t.like(server({ ca: 'a', requestCert: true }), { systemTrust: false, requestCert: true });
  t.true(server({ systemTrust: true, requestCert: true }).systemTrust);
});

test('a server that wants verified certificates must say of whom', (t) => {
  t.throws(() => server({ requestCert: true }), { code: 'ERR_INVALID_OPTION', message: /^ca: got undefined/ });
  t.notThrows(() => server({ requestCert: true, rejectUnauthorized: false }));
});

test('a server that says whom it trusts must say whether it asks', (t) => {
  const silent = { code: 'ERR_INVALID_OPTION', message: /^requestCert: got undefined, expected true or false, as / };
  for (const trust of [{ ca: 'a' }, { crl: 'r' }, { systemTrust: true }]) {
    t.throws(() => server(trust), silent);
    t.throws(() => parseServerIdentity({ cert: 'c', key: 'k', ...trust }, server()), silent);
    t.false(server({ ...trust, requestCert: false }).requestCert);
  }
  t.notThrows(() => server({ systemTrust: false }));
});

test('a server name trusts as its server does; what it says of that itself is all that counts', (t) => {
  const strict = server({ ca: 'a', crl: 'r', requestCert: true });
  const name = (options: object) => parseServerIdentity({ cert: 'c', key: 'k', ...options }, strict);
  const { requestCert, rejectUnauthorized, systemTrust, trustAnchors, crls } = strict;
  t.like(name({}), { requestCert, rejectUnauthorized, systemTrust, trustAnchors, crls });
  t.like(name({ requestCert: false }), { requestCert: false, trustAnchors });
  t.like(name({ rejectUnauthorized: false }), { requestCert, rejectUnauthorized: false, trustAnchors });
  t.like(name({ ca: ['b', 'd'] }), { requestCert, rejectUnauthorized });
  t.is(name({ ca: ['b', 'd'] }).trustAnchors.length, 2);
  t.deepEqual(name({ ca: 'b' }).crls, [], 'which are of the authorities that the server trusts');
  t.throws(() => name({ crl: 'r' }), { code: 'ERR_INVALID_OPTION', message: /^ca: / });
});

test('revocation lists are taken as certificates are', (t) => {
  t.is(client({ crl: ['a', Buffer.from('b')] }).crls.length, 2);
  t.deepEqual(client().crls, []);
});

test('a server needs a key of one kind or the other', (t) => {
  const error = t.throws(() => parseServerOptions({}), { code: 'ERR_INVALID_OPTION' });
  t.regex(error.message, /^psk: got undefined, expected .*cert and key instead/);
});

test('TLSA records are checked and copied', (t) => {
  const data = new Uint8Array([1, 2, 3]);
  const { tlsa } = client({ dane: { records: [{ usage: 3, selector: 1, matchingType: 0, data }] } });
  data.fill(0);
  t.deepEqual(tlsa, [{ usage: 3, selector: 1, matchingType: 0, data: new Uint8Array([1, 2, 3]) }]);
  t.deepEqual(client({ dane: { records: [] } }).tlsa, []);
  t.is(client().tlsa, null);
  const unknown = { records: [{ usage: 3, selector: 1, matching: 0, data: new Uint8Array(1) }] };
  t.throws(() => client({ dane: unknown }), { code: 'ERR_UNKNOWN_OPTION', message: /'matching' of dane.records\[0\]/ });
});
