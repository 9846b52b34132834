import test from 'ava';
import { connect, DtlsServer } from 'lwm2m-tls';

const psk = { device: Buffer.from('key') };
const tlsa = { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(32) };

const forServers: [name: string, bad: unknown[]][] = [
  ['mtu', [255, 16_385, 1232.5, Number.NaN, '1232', null]],
  ['cipherSuites', [[], 'TLS_PSK_WITH_AES_128_CCM_8', 0xc0a8, [{}], null]],
  ['handshakeTimeouts', [1000, '1s', [], null]],
  ['udpBackend', ['epoll', true, null]],
  ['copyMessages', [1, 'yes', null]],
  ['keylogFile', [true, 7, '', 'a\0b', null]],
  ['psk', [undefined, null, 'device', [['device', Buffer.from('key')]], new Set()]],
  ['preferServerOrder', [1, 'true', null]],
  ['maxPeers', [0, -1, 1.5, 1_048_576, '1', null]],
  ['ca', [null, 7, '', [], [7], [new Uint8Array()]]],
  ['crl', [null, 7, '']],
  ['systemTrust', [null, 1]],
  ['requestCert', [null, 1, true]],
  ['rejectUnauthorized', [null, 0]],
  ['securityLevel', [-1, 6, 1.5, '2', null]],
  ['signatureAlgorithms', [null, [], 'ECDSA+SHA256', ['a:b'], [7]]],
  ['groups', [null, [], 'P-256', ['']]],
  ['minVersion', [null, 'DTLS1.2', 'TLSv1.2', 0xfefd]],
  ['maxVersion', [null, 'DTLSv1.3', 'DTLSv1']],
  ['sessions', [null, true, 20, []]],
];

for (const [name, values] of forServers) {
  test(`DtlsServer ${name}`, (t) => {
    for (const value of values) {
      const error = t.throws(() => new DtlsServer({ psk, [name]: value } as never), undefined, String(value));
      t.like(error, { name: 'TlsError', code: 'ERR_INVALID_OPTION' });
      t.regex(error.message, /: got .+, expected .+/);
    }
  });
}

test('handshakeTimeouts.min and .max', (t) => {
  for (const name of ['min', 'max']) {
    for (const value of [0, -1, 0.5, 4_294_968, Number.POSITIVE_INFINITY, '1000']) {
      const construct = () => new DtlsServer({ psk, handshakeTimeouts: { [name]: value } } as never);
      t.throws(construct, {
        code: 'ERR_INVALID_OPTION',
        message: new RegExp(`^handshakeTimeouts.${name}: got .* ms$`),
      });
    }
  }
});

test('handshakeTimeouts.max is at most 4096 times min, for OpenSSL repeats a flight twelve times', (t) => {
  const server = (handshakeTimeouts: { min?: number; max?: number }) => new DtlsServer({ psk, handshakeTimeouts });
  const refused = {
    code: 'ERR_INVALID_OPTION',
    message: /^handshakeTimeouts\.max: got \d+, expected at most 4096 times min, \d+ ms; OpenSSL repeats a flight/,
  };
  for (const [min, limit] of [
    [1, 4_096],
    [50, 204_800],
    [1_000, 4_096_000],
  ] as const) {
    t.notThrows(() => server({ min, max: limit }));
    t.throws(() => server({ min, max: limit + 1 }), refused, String(min));
  }
  t.throws(() => server({ max: 4_096_001 }), refused, 'the default of min counts');
});

const forListen: [name: string, bad: unknown[]][] = [
  ['host', ['', 7, null, 'two words', 'coaps://localhost']],
  ['port', [-1, 65_536, 1.5, '5684', null]],
  ['ipv6Only', [0, 'no', null]],
  ['reuseAddress', [0, 'no', null]],
  ['reusePort', [0, 'no', null]],
  ['receiveBufferSize', [-1, 0.5, 2_147_483_648, '4M']],
  ['sendBufferSize', [-1, 0.5, 2_147_483_648, '4M']],
];

for (const [name, values] of forListen) {
  test(`listen ${name}`, async (t) => {
    const server = new DtlsServer({ psk });
    t.teardown(() => server.close());
    for (const value of values) {
      await t.throwsAsync(server.listen({ [name]: value } as never), { code: 'ERR_INVALID_OPTION' }, String(value));
      t.throws(() => server.address(), { code: 'ERR_NOT_LISTENING' });
    }
  });
}

const forConnect: [name: string, bad: unknown[], code?: string][] = [
  ['host', [undefined, '', 7, null, 'coaps://localhost']],
  ['port', [undefined, 0, -1, 65_536, 1.5, '5684', null]],
  ['psk', [null, 'identity', []]],
  ['servername', [7, null, '127.0.0.1', '::1', 'a b', 'ä.example', 'x'.repeat(256)]],
  ['checkName', [7, null, true, '', 'a b']],
  ['dane', [null, [], {}, { records: {} }, { records: [{ usage: 3 }] }, { records: [{ ...tlsa, usage: 256 }] }]],
  ['session', [null, true, 'session', new Uint8Array(65_536)]],
  ['tickets', [null, 1]],
  ['localAddress', ['', 7, null]],
  ['localPort', [-1, 65_536, '0', null]],
  ['signal', [{}, 'abort', null]],
  ['keylog', ['yes', 1, null]],
  ['mtu', [255, 16_385]],
];

for (const [name, values] of forConnect) {
  test(`connect ${name}`, async (t) => {
    const good = { host: '127.0.0.1', port: 5684, psk: { identity: 'a', key: Buffer.from('b') } };
    for (const value of values) {
      await t.throwsAsync(connect({ ...good, [name]: value } as never), { code: 'ERR_INVALID_OPTION' }, String(value));
    }
  });
}

test('options that are no object', async (t) => {
  for (const value of [undefined, null, 'psk', 5684, []]) {
    t.throws(() => new DtlsServer(value as never), { code: 'ERR_INVALID_OPTION' }, String(value));
    await t.throwsAsync(connect(value as never), { code: 'ERR_INVALID_OPTION' }, String(value));
  }
});

test('a URI instead of a host says what to do', async (t) => {
  const options = { host: 'coaps://localhost', port: 5684, psk: { identity: 'a', key: Buffer.from('b') } };
  await t.throwsAsync(connect(options), { message: /without the scheme of a URI/ });
});

test('the limits themselves are fine', (t) => {
  for (const mtu of [256, 16_384]) t.notThrows(() => new DtlsServer({ psk, mtu }));
  for (const maxPeers of [1, 1_048_575]) t.notThrows(() => new DtlsServer({ psk, maxPeers }));
  t.notThrows(() => new DtlsServer({ psk, handshakeTimeouts: { min: 1_049, max: 4_294_967 } }));
  t.notThrows(() => new DtlsServer({ psk, handshakeTimeouts: { min: 4_294_967, max: 1 } }));
});
