import type { CipherSuite } from '../binding.js';
import { integer, invalidOption } from './check.js';
import { type Authentication, parseCipherSuites } from './cipher-suites.js';

/** What may be negotiated. */
export interface AlgorithmOptions {
  /**
   * Cipher suites that are offered or accepted, in order of preference: IANA numbers (`0xc0a8`), IANA names
   * (`'TLS_PSK_WITH_AES_128_CCM_8'`) or OpenSSL's names (`'PSK-AES128-CCM8'`), mixed as you like; see `cipherSuites` for all.
   * Those that cannot be used, without `psk` say, are left out; none left throws `ERR_INVALID_OPTION`.
   *
   * Default with `psk`: AES-128-CCM-8, CCM, GCM, CBC-SHA256 and ECDHE-PSK with CBC-SHA256, then the rest; with certificates:
   * ECDHE-ECDSA with AES-128-CCM-8, CCM, GCM, ChaCha20 and CBC-SHA256, ECDHE-RSA with the same, then AES-256; over streams those of
   * TLS 1.3 before them. Nothing that uses SHA-1, and no key exchange without forward secrecy but plain PSK.
   * Throws `ERR_UNKNOWN_CIPHER_SUITE`, `ERR_INVALID_OPTION`. `SSL_CTX_set_cipher_list`, `SSL_CTX_set_ciphersuites`.
   *
   * @example cipherSuites: ['TLS_PSK_WITH_AES_128_CCM_8', 0x00a8]
   */
  cipherSuites?: readonly (string | number)[] | undefined;
  /**
   * What OpenSSL still takes for strong enough, in certificates, keys, signatures and suites: 1 is 80 bits, 2 is 112 bits
   * (RSA of 2048 bits, no SHA-1 signatures), 3 is 128, 4 is 192, 5 is 256; 0 takes everything. Integer 0..5, default 2.
   * Lower it only for devices that cannot do better. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_security_level`.
   */
  securityLevel?: number | undefined;
  /**
   * Signature algorithms in order of preference, as OpenSSL names them: `'ecdsa_secp256r1_sha256'`, `'ECDSA+SHA256'`.
   * Default: OpenSSL's. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set1_sigalgs_list`.
   */
  signatureAlgorithms?: readonly string[] | undefined;
  /**
   * Groups for the key exchange in order of preference: `'P-256'`, `'X25519'`, `'P-384'`. Default: these three. Throws
   * `ERR_INVALID_OPTION`. `SSL_CTX_set1_groups_list`.
   */
  groups?: readonly string[] | undefined;
}

export interface AlgorithmSettings {
  readonly cipherSuites: readonly CipherSuite[];
  readonly securityLevel: number;
  /** OpenSSL's lists; undefined: the default. */
  readonly signatureAlgorithms: string | undefined;
  readonly groups: string | undefined;
}

export const algorithmOptionNames = [
  'cipherSuites',
  'securityLevel',
  'signatureAlgorithms',
  'groups',
] as const satisfies readonly (keyof AlgorithmOptions)[];

export function parseAlgorithms(options: Record<string, unknown>, authentication: Authentication): AlgorithmSettings {
  return {
    cipherSuites: parseCipherSuites(options['cipherSuites'], authentication),
    securityLevel: integer(options['securityLevel'], 'securityLevel', { min: 0, max: 5, default: 2 }),
    signatureAlgorithms: parseNames(options['signatureAlgorithms'], 'signatureAlgorithms'),
    groups: parseNames(options['groups'], 'groups'),
  };
}

/** Which names there are only OpenSSL knows: see `buildContext`. */
function parseNames(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  const wellFormed = (item: unknown) => typeof item === 'string' && /^[\w+.-]+$/.test(item);
  if (Array.isArray(value) && value.length > 0 && value.every(wellFormed)) return value.join(':');
  throw invalidOption(name, value, "a non-empty array of OpenSSL's names");
}
