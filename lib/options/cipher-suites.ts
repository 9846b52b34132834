import { type CipherSuite, cipherSuites } from '../binding.js';
import { TlsError } from '../errors/tls-error.js';
import { invalidOption } from './check.js';
import { closest } from './closest.js';

/** What LwM2M servers and devices speak, the mandatory suite first. */
const PREFERRED = [
  'TLS_PSK_WITH_AES_128_CCM_8',
  'TLS_PSK_WITH_AES_128_CCM',
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_PSK_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
];

/** Everything that this build has, {@link PREFERRED} first, but for the suites whose MAC is SHA-1. */
export const defaultCipherSuites: readonly CipherSuite[] = Object.freeze(
  cipherSuites.filter(({ name }) => !name.endsWith('_SHA')).sort((left, right) => rank(left) - rank(right)),
);

/** IANA numbers, IANA names and OpenSSL names, in order of preference, without repetitions. */
export function parseCipherSuites(value: unknown): readonly CipherSuite[] {
  if (value === undefined) return defaultCipherSuites;
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidOption('cipherSuites', value, 'a non-empty array of IANA numbers or names');
  }
  return Object.freeze([...new Set(value.map(findCipherSuite))]);
}

/** The suite with an IANA number that native code reported. */
export function cipherSuiteById(id: number): CipherSuite {
  return byId.get(id) ?? { id, name: `0x${id.toString(16).padStart(4, '0')}`, openssl: '' };
}

const byId: ReadonlyMap<number, CipherSuite> = new Map(cipherSuites.map((suite) => [suite.id, suite]));

function findCipherSuite(wanted: unknown): CipherSuite {
  if (typeof wanted === 'number') {
    const suite = byId.get(wanted);
    if (suite !== undefined) return suite;
    const shown = Number.isInteger(wanted) && wanted >= 0 ? `0x${wanted.toString(16).padStart(4, '0')}` : `${wanted}`;
    throw new TlsError(
      'ERR_UNKNOWN_CIPHER_SUITE',
      `cipherSuites: no suite has the IANA number ${shown} here; ${known()}`,
    );
  }
  if (typeof wanted !== 'string') {
    throw invalidOption('an element of cipherSuites', wanted, 'an IANA number or a name');
  }
  const suite = cipherSuites.find(({ name, openssl }) => wanted === name || wanted === openssl);
  if (suite !== undefined) return suite;
  const suggestion = closest(
    wanted,
    cipherSuites.flatMap(({ name, openssl }) => [name, openssl]),
  );
  const advice = suggestion === undefined ? known() : `did you mean '${suggestion}'?`;
  throw new TlsError('ERR_UNKNOWN_CIPHER_SUITE', `cipherSuites: no suite is called '${wanted}' here; ${advice}`);
}

function known(): string {
  return `known are ${cipherSuites.map(({ name }) => name).join(', ')}`;
}

function rank({ name }: CipherSuite): number {
  const index = PREFERRED.indexOf(name);
  return index < 0 ? PREFERRED.length : index;
}
