import path from 'node:path';
import test from 'ava';
import {
  ContractError,
  createDtlsSocket,
  createSslSocket,
  credentials,
  type SslConfiguration,
  SslVersion,
  TlsError,
} from 'lwm2m-tls';
import { type Kind, kinds } from '../helpers/contract-sockets.js';

const key = Buffer.from('secret');
const missing = path.join('no', 'such', 'file.pem');

/** A configuration and the code that it is refused with, by both constructors unless `only` says which. */
interface Row {
  what: string;
  configuration: object | null;
  code: string;
  only?: Kind;
}

const rows: Row[] = [
  { what: 'no configuration', configuration: null, code: 'EINVAL' },
  { what: 'an unknown field', configuration: { cipherSuites: [] }, code: 'ERR_UNKNOWN_OPTION' },
  { what: 'an unknown field of the security', configuration: { security: { trusted: 1 } }, code: 'ERR_UNKNOWN_OPTION' },
  { what: 'no such mode', configuration: { security: { mode: 'rpk' } }, code: 'EINVAL' },

  { what: 'PSK without a key', configuration: psk({ key: undefined }), code: 'EINVAL' },
  { what: 'an empty key', configuration: psk({ key: Buffer.alloc(0) }), code: 'EINVAL' },
  { what: 'a key of 257 bytes', configuration: psk({ key: Buffer.alloc(257) }), code: 'EINVAL' },
  { what: 'a key from a file', configuration: psk({ key: credentials.file('key') }), code: 'EINVAL' },
  { what: 'a key from an array', configuration: psk({ key: credentials.array([]) }), code: 'EINVAL' },
  { what: 'an identity of 128 bytes', configuration: psk({ identity: 'i'.repeat(128) }), code: 'EINVAL' },
  { what: 'an identity with a NUL', configuration: psk({ identity: 'a\0b' }), code: 'EINVAL' },
  { what: 'an identity from a path', configuration: psk({ identity: credentials.path('/') }), code: 'EINVAL' },

  { what: 'no version', configuration: { version: 8 }, code: 'EINVAL' },
  { what: 'SSL 2', configuration: { version: SslVersion.sslv2 }, code: 'ENOTSUP' },
  { what: 'SSL 2 or 3 over DTLS', configuration: { version: SslVersion.sslv2Or3 }, code: 'ENOTSUP', only: 'DTLS' },
  { what: 'SSL 3 over DTLS', configuration: { version: SslVersion.sslv3 }, code: 'ENOTSUP', only: 'DTLS' },
  { what: '1.3 over DTLS', configuration: { version: SslVersion.tlsv1_3 }, code: 'ENOTSUP', only: 'DTLS' },

  { what: 'a negative timeout', configuration: timeouts(-1, 1_000), code: 'EINVAL' },
  { what: 'a timeout that does not fit', configuration: timeouts(1, 4_294_968), code: 'EINVAL' },
  { what: 'a timeout that is no number', configuration: timeouts(Number.NaN, 1), code: 'EINVAL' },
  { what: 'half of the timeouts', configuration: { dtlsHandshakeTimeouts: { min: 1 } }, code: 'EINVAL' },

  { what: 'a session buffer of numbers', configuration: { sessionResumptionBuffer: [0] }, code: 'EINVAL' },
  { what: 'names of suites', configuration: { ciphersuites: ['PSK-AES128-CCM8'] }, code: 'EINVAL' },
  { what: 'a suite that is no number', configuration: { ciphersuites: [1.5] }, code: 'EINVAL' },
  { what: 'a name of 256 bytes', configuration: { serverNameIndication: 'n'.repeat(256) }, code: 'ENOBUFS' },
  { what: 'a name with a NUL', configuration: { serverNameIndication: 'a\0' }, code: 'EINVAL' },
  { what: 'a callback that is none', configuration: { additionalConfigurationClb: 'x' }, code: 'EINVAL' },
  { what: 'a flag that is none', configuration: { useConnectionId: 1 }, code: 'EINVAL' },

  { what: 'dscp', configuration: backend({ dscp: 64 }), code: 'EINVAL' },
  { what: 'priority', configuration: backend({ priority: 8 }), code: 'EINVAL' },
  { what: 'reuseAddr', configuration: backend({ reuseAddr: 1 }), code: 'EINVAL' },
  { what: 'interfaceName', configuration: backend({ interfaceName: 'n'.repeat(16) }), code: 'EINVAL' },
  { what: 'addressFamily', configuration: backend({ addressFamily: 3 }), code: 'EINVAL' },
  { what: 'preferredFamily', configuration: backend({ preferredFamily: 'IPv6' }), code: 'EINVAL' },
  { what: 'forcedMtu', configuration: backend({ forcedMtu: 1.5 }), code: 'EINVAL' },
  { what: 'preferredEndpoint', configuration: backend({ preferredEndpoint: { address: '' } }), code: 'EINVAL' },

  { what: 'a missing trust anchor', configuration: verified(credentials.file(missing)), code: 'EIO' },
  { what: 'a file without a name', configuration: verified({ source: 'file' }), code: 'EINVAL' },
  { what: 'a path without a name', configuration: verified({ source: 'path' }), code: 'EINVAL' },
  { what: 'a buffer without bytes', configuration: verified({ source: 'buffer' }), code: 'EINVAL' },
  { what: 'an empty buffer', configuration: verified(credentials.buffer(Buffer.alloc(0))), code: 'EINVAL' },
  { what: 'no such source', configuration: verified({ source: 'engine' }), code: 'EINVAL' },
  { what: 'an array of numbers', configuration: verified({ source: 'array', elements: [1] }), code: 'EINVAL' },
  { what: 'an array in itself', configuration: verified(endless()), code: 'EINVAL' },
  { what: 'junk for a trust anchor', configuration: verified(credentials.buffer(key)), code: 'EPROTO' },
  {
    what: 'revocation lists of a directory',
    configuration: { security: { serverCertValidation: true, certRevocationLists: credentials.path('/') } },
    code: 'EINVAL',
  },
  { what: 'our certificate of a directory', configuration: own(credentials.path('/')), code: 'ENOTSUP' },
  { what: 'our certificate without a key', configuration: own(credentials.buffer(key)), code: 'EINVAL' },
  {
    what: 'a key of a directory',
    configuration: own(credentials.buffer(key), credentials.path('/')),
    code: 'EINVAL',
  },
  { what: 'keys of an array', configuration: own(credentials.buffer(key), credentials.array([])), code: 'EINVAL' },
  { what: 'a missing key', configuration: own(credentials.buffer(key), credentials.file(missing)), code: 'EIO' },
  {
    what: 'junk for our certificate',
    configuration: own(credentials.buffer(key), credentials.buffer(key)),
    code: 'EPROTO',
  },
];

for (const kind of kinds) {
  for (const { what, configuration, code, only = kind } of rows) {
    if (only !== kind) continue;
    test(`${kind}: ${what}`, (t) => {
      const create = kind === 'DTLS' ? createDtlsSocket : createSslSocket;
      const error = t.throws(() => create(configuration as SslConfiguration), { code });
      t.true(error instanceof ContractError && error instanceof TlsError);
      t.is((error as ContractError).category, 'AVS_ERRNO_CATEGORY');
      t.notRegex(error.message, /secret/, 'no key in a message');
    });
  }
}

test('numbers as the C interface has them', (t) => {
  const numbers = { ENOTSUP: 52, EINVAL: 24, EIO: 25, EPROTO: 58, ENOBUFS: 37, EPIPE: 57, ERR_UNKNOWN_OPTION: 24 };
  const configurations = {
    ENOTSUP: { version: SslVersion.sslv2 },
    EINVAL: { version: 9 },
    EIO: verified(credentials.file(missing)),
    EPROTO: verified(credentials.buffer(key)),
    ENOBUFS: { serverNameIndication: 'n'.repeat(300) },
    EPIPE: { additionalConfigurationClb: () => 1 },
    ERR_UNKNOWN_OPTION: { versions: 1 },
  };
  for (const [code, configuration] of Object.entries(configurations)) {
    const error = t.throws(() => createSslSocket(configuration as SslConfiguration), { code }) as ContractError;
    t.is(error.avsCode, numbers[code as keyof typeof numbers]);
    t.is(error.avsCategory, 37_766);
  }
});

test('a field that is nearly right is suggested', (t) => {
  const error = t.throws(() => createDtlsSocket({ sessionResumptionBufer: Buffer.alloc(9) } as SslConfiguration));
  t.regex(error.message, /did you mean 'sessionResumptionBuffer'\?/);
});

test('what was probably meant is said', (t) => {
  const hints: [object, RegExp][] = [
    [{ security: { identity: 'device', key } }, /^security\.mode: got undefined, expected 'psk' with identity and key/],
    [{ security: { mode: 'PSK', identity: 'device', key } }, /^security\.mode: got 'PSK'.* did you mean 'psk'\?/],
    [psk({ key: 'secret' }), /^security\.key: got a string, expected a Uint8Array, or .*credentials\.buffer/],
    [own('device.pem' as never), /^security\.clientCert: got a string, expected a Uint8Array, or .*credentials\.file/],
  ];
  for (const [configuration, message] of hints) {
    t.throws(() => createDtlsSocket(configuration as SslConfiguration), { code: 'EINVAL', message });
  }
});

test('what the contract allows', (t) => {
  const accepted: SslConfiguration[] = [
    {},
    { security: {} },
    { security: { mode: 'psk', identity: credentials.buffer(key), key: credentials.buffer(key) } },
    { security: { mode: 'psk', identity: key, key } },
    { security: { mode: 'psk', identity: 'i'.repeat(127), key: Buffer.alloc(256) } },
    { security: { clientCert: credentials.empty(), clientKey: credentials.buffer(key) } },
    { security: { clientCert: credentials.array([]), clientKey: credentials.buffer(key) } },
    { security: { serverCertValidation: true, trustedCerts: credentials.path(missing) } },
    { security: { serverCertValidation: true, trustedCerts: credentials.list(new Set([credentials.empty()])) } },
    { security: { trustedCerts: credentials.file(missing) } }, // nothing is verified
    { sessionResumptionBuffer: new Uint8Array() },
    { serverNameIndication: '' },
    { serverNameIndication: 'n'.repeat(255) },
    { dtlsHandshakeTimeouts: { min: 5, max: 1 } },
    { ciphersuites: [0xffff_ffff] },
    { ciphersuites: Uint32Array.of(0xc0a8) },
    { backendConfiguration: { forcedMtu: -1, dscp: 63, priority: 6, reuseAddr: true } },
    { version: SslVersion.tlsv1, useConnectionId: true, prngCtx: {} },
  ];
  for (const configuration of accepted) t.notThrows(() => createDtlsSocket(configuration));
  for (const version of [SslVersion.sslv2Or3, SslVersion.tlsv1_1, SslVersion.tlsv1_2, SslVersion.tlsv1_3]) {
    t.notThrows(() => createSslSocket({ version }));
  }
});

function psk(fields: object): object {
  return { security: { mode: 'psk', identity: 'device', key, ...fields } };
}

function timeouts(min: number, max: number): object {
  return { dtlsHandshakeTimeouts: { min, max } };
}

function backend(backendConfiguration: object): object {
  return { backendConfiguration };
}

function verified(trustedCerts: object): object {
  return { security: { serverCertValidation: true, trustedCerts } };
}

function own(clientCert: object, clientKey?: object): object {
  return { security: { clientCert, clientKey } };
}

function endless(): object {
  const elements: object[] = [];
  const array = { source: 'array', elements };
  elements.push(array);
  return array;
}
