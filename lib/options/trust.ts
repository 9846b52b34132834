import type { TlsaRecord } from '../binding.js';
import { type PemOrDer, parsePemOrDer } from './certificates.js';
import { boolean, optionsRecord } from './check.js';
import { parseTlsaRecords } from './tlsa.js';

/** Whose certificates are believed. */
export interface TrustOptions {
  /**
   * Certificates of the authorities that we trust, instead of those of the system, as `node:tls` has it; set
   * `systemTrust` to have both. A self-signed certificate is its own authority. A chain must lead to a self-signed one:
   * an intermediate alone is not enough. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_CERTIFICATE`. `X509_STORE_add_cert`.
   */
  ca?: PemOrDer | undefined;
  /**
   * Whether the authorities of the operating system are trusted (the folder and file that OpenSSL was built for, or those
   * of `SSL_CERT_DIR` and `SSL_CERT_FILE`). Default: for clients true when `ca` is not given, for servers false. Loading
   * them takes some ten milliseconds. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_default_verify_paths`.
   */
  systemTrust?: boolean | undefined;
  /**
   * Certificate revocation lists. When there is one, the peer's own certificate must be covered by the list of its issuer,
   * and not be on it. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_CRL`. `X509_V_FLAG_CRL_CHECK`.
   */
  crl?: PemOrDer | undefined;
  /**
   * Whether a peer whose certificate cannot be verified is refused. Default true. False lets it through: look at
   * `authorized` and `authorizationError` of the socket then, since anybody could be at the other end. Throws
   * `ERR_INVALID_OPTION`. `SSL_CTX_set_verify`.
   */
  rejectUnauthorized?: boolean | undefined;
}

export interface TrustSettings {
  readonly trustAnchors: readonly Uint8Array[];
  readonly systemTrust: boolean;
  readonly crls: readonly Uint8Array[];
  readonly rejectUnauthorized: boolean;
}

export const trustOptionNames = [
  'ca',
  'systemTrust',
  'crl',
  'rejectUnauthorized',
] as const satisfies readonly (keyof TrustOptions)[];

/** `systemByDefault`: whether the system's authorities are trusted when there is no `ca`. */
export function parseTrustOptions(options: Record<string, unknown>, systemByDefault: boolean): TrustSettings {
  const { ca, crl } = options;
  return Object.freeze({
    trustAnchors: ca === undefined ? [] : parsePemOrDer(ca, 'ca'),
    systemTrust: boolean(options['systemTrust'], 'systemTrust', systemByDefault && ca === undefined),
    crls: crl === undefined ? [] : parsePemOrDer(crl, 'crl'),
    rejectUnauthorized: boolean(options['rejectUnauthorized'], 'rejectUnauthorized', true),
  });
}

/** DANE: what the DNS says about the server's certificate, RFC 6698. The names in it are not resolved here. */
export interface DaneOptions {
  /**
   * The TLSA records of the server, from a lookup that DNSSEC secured; an empty array stands for none. With
   * `rejectUnauthorized` (the default) the certificate must match one of them; when none of them can be used, connecting
   * fails with `ERR_DANE_UNUSABLE`, and without records the certificate is verified as ever. Without `rejectUnauthorized`
   * records of the usages 2 and 3 are enforced where there are some (opportunistic DANE, RFC 7435).
   */
  records: readonly TlsaRecord[];
}

/** Null: no DANE. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
export function parseDane(value: unknown): readonly TlsaRecord[] | null {
  if (value === undefined) return null;
  const { records } = optionsRecord(value, 'dane', ['records']);
  return parseTlsaRecords(records, 'dane.records');
}
