import { type CipherSuite, cipherSuites } from '../binding.js';
import { TlsError } from '../errors/tls-error.js';
import { invalidOption } from './check.js';
import { closest } from './closest.js';

/** What the two sides can prove themselves with, and so which suites are of use. */
export interface Authentication {
  readonly psk: boolean;
  readonly certificate: boolean;
  /** Whether TLS 1.3, which is for streams only, may be spoken. */
  readonly tls13: boolean;
}

/** What LwM2M servers and devices speak, the mandatory suite first; then what is stronger. No DHE, no RSA key exchange, no SHA-1. */
const PSK_DEFAULTS = [
  'TLS_PSK_WITH_AES_128_CCM_8',
  'TLS_PSK_WITH_AES_128_CCM',
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_PSK_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_PSK_WITH_AES_256_CCM_8',
  'TLS_PSK_WITH_AES_256_CCM',
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
  'TLS_PSK_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384',
];

const CERTIFICATE_DEFAULTS = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
];

/** GCM and ChaCha20 first: what is recommended (RFC 8446); CCM is for devices that have nothing else. */
const TLS13_DEFAULTS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_CCM_SHA256',
  'TLS_AES_128_CCM_8_SHA256',
];

const anything: Authentication = { psk: true, certificate: true, tls13: true };

/** Those of the defaults that this build has, in order of preference. */
export function defaultCipherSuites({ psk, certificate, tls13 }: Authentication): readonly CipherSuite[] {
  const names = [
    ...(tls13 ? TLS13_DEFAULTS : []),
    ...(psk ? PSK_DEFAULTS : []),
    ...(certificate ? CERTIFICATE_DEFAULTS : []),
  ];
  return Object.freeze(names.map((name) => byName.get(name)).filter((suite) => suite !== undefined));
}

/**
 * IANA numbers, IANA names and OpenSSL names, in order of preference, without repetitions. What cannot be used with this
 * authentication is left out, so that the same list does for all kinds; nothing left throws `ERR_INVALID_OPTION`.
 */
export function parseCipherSuites(value: unknown, authentication = anything): readonly CipherSuite[] {
  if (value === undefined) return defaultCipherSuites(authentication);
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidOption('cipherSuites', value, 'a non-empty array of IANA numbers or names');
  }
  const suites = [...new Set(value.map(findCipherSuite))];
  const usable = suites.filter((suite) => canUse(suite, authentication));
  if (usable.length > 0) return Object.freeze(usable);
  const kinds = [
    authentication.psk ? 'pre-shared keys' : [],
    authentication.certificate ? 'certificates' : [],
    authentication.tls13 ? 'TLS 1.3' : [],
  ];
  throw invalidOption(
    'cipherSuites',
    suites.map(({ name }) => name),
    `at least one suite for ${kinds.flat().join(' or ')}`,
    'those given need something else',
  );
}

/** The suite with an IANA number that native code reported. */
export function cipherSuiteById(id: number): CipherSuite {
  return byId.get(id) ?? { id, name: hexadecimal(id), openssl: '', kind: 'certificate' };
}

const byId: ReadonlyMap<number, CipherSuite> = new Map(cipherSuites.map((suite) => [suite.id, suite]));

const byName: ReadonlyMap<string, CipherSuite> = new Map(
  cipherSuites.flatMap((suite) => [
    [suite.openssl, suite],
    [suite.name, suite],
  ]),
);

function canUse({ kind, name }: CipherSuite, { psk, certificate, tls13 }: Authentication): boolean {
  if (kind === 'psk') return psk && (certificate || !name.startsWith('TLS_RSA_PSK_')); // the key of RSA-PSK is in one
  return kind === 'certificate' ? certificate : tls13;
}

function findCipherSuite(wanted: unknown): CipherSuite {
  if (typeof wanted === 'number') {
    const suite = byId.get(wanted);
    if (suite !== undefined) return suite;
    const shown = Number.isInteger(wanted) && wanted >= 0 ? hexadecimal(wanted) : `${wanted}`;
    throw unknownSuite(`no suite has the IANA number ${shown} here; ${known()}`);
  }
  if (typeof wanted !== 'string') {
    throw invalidOption('an element of cipherSuites', wanted, 'an IANA number or a name');
  }
  const suite = byName.get(wanted);
  if (suite !== undefined) return suite;
  const suggestion = closest(wanted, [...defaultCipherSuites(anything).map(({ name }) => name), ...byName.keys()]);
  const advice = suggestion === undefined ? known() : `did you mean '${suggestion}'?`;
  throw unknownSuite(`no suite is called '${wanted}' here; ${advice}`);
}

function unknownSuite(message: string): TlsError {
  return new TlsError('ERR_UNKNOWN_CIPHER_SUITE', `cipherSuites: ${message}`);
}

function known(): string {
  const [first] = defaultCipherSuites({ psk: true, certificate: false, tls13: false });
  return `the export cipherSuites lists the ${cipherSuites.length} known ones, such as ${first?.name}`;
}

function hexadecimal(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
