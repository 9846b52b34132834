import { TlsError } from '../errors/tls-error.js';
import { invalidSecret } from './check.js';

/**
 * Certificates, keys or CRLs as they come from files: PEM as a string or as bytes, or the bytes of one DER object. One
 * PEM may hold several objects, and an array several of either form.
 */
export type PemOrDer = string | Uint8Array | readonly (string | Uint8Array)[];

/** What we prove ourselves with, apart from a pre-shared key. */
export interface CertificateOptions {
  /**
   * Our certificate, and after it the intermediate ones up to the root, which may be left out. Needs `key`. Throws
   * `ERR_INVALID_OPTION`, `ERR_INVALID_CERTIFICATE`. `SSL_CTX_use_certificate`, `SSL_CTX_add1_chain_cert`.
   *
   * @example cert: readFileSync('device.pem')
   * @example cert: [leafDer, intermediateDer]
   */
  cert?: PemOrDer | undefined;
  /**
   * The private key of the first certificate: PEM, encrypted or not, or DER (PKCS #8, PKCS #1 or SEC 1). Copied, and the
   * copies are wiped when they are not needed any more; what you gave is yours to wipe. Throws `ERR_INVALID_OPTION`,
   * `ERR_INVALID_KEY`, `ERR_KEY_MISMATCH`. `SSL_CTX_use_PrivateKey`.
   */
  key?: string | Uint8Array | undefined;
  /** Decrypts `key` when that is an encrypted PEM. 1 to 1024 bytes, a string as UTF-8. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_KEY`. */
  passphrase?: string | Uint8Array | undefined;
}

export interface CertificateSettings {
  /** Own chain, leaf first; empty for none. */
  readonly certificates: readonly Uint8Array[];
  /** A copy of ours: {@link wipeSecrets}. */
  readonly privateKey: Uint8Array | null;
  /** The same. */
  readonly passphrase: Uint8Array | null;
}

export const certificateOptionNames = [
  'cert',
  'key',
  'passphrase',
] as const satisfies readonly (keyof CertificateOptions)[];

/** OpenSSL hands a passphrase over in a buffer of this size (`PEM_BUFSIZE`). */
const MAX_PASSPHRASE = 1_024;

export function parseCertificateOptions(options: Record<string, unknown>): CertificateSettings {
  const { cert, key, passphrase } = options;
  if (cert === undefined && key !== undefined) throw missing('cert', 'key');
  if (cert !== undefined && key === undefined) throw missing('key', 'cert');
  if (key === undefined && passphrase !== undefined) throw missing('key', 'passphrase');
  // First what may throw, so that no copy of a secret is left behind.
  const certificates = cert === undefined ? [] : parsePemOrDer(cert, 'cert');
  checkSecret(key, 'key');
  checkSecret(passphrase, 'passphrase');
  return Object.freeze({ certificates, privateKey: secretBytes(key), passphrase: parsePassphrase(passphrase) });
}

/** Each element as bytes that nobody else can change. Throws `ERR_INVALID_OPTION`. */
export function parsePemOrDer(value: unknown, name: string): readonly Uint8Array[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (elements.length === 0) throw invalidSecret(name, value, 'at least one element');
  const parsed = elements.map((element, index) => {
    const where = Array.isArray(value) ? `${name}[${index}]` : name;
    if (typeof element !== 'string' && !(element instanceof Uint8Array)) {
      throw invalidSecret(where, element, 'PEM as a string, or PEM or DER as a Uint8Array');
    }
    if (element.length === 0) throw empty(where);
    return toBytes(element);
  });
  return Object.freeze(parsed);
}

/** Overwrites our copies of the private key and its passphrase, when a context has been made of them. */
export function wipeSecrets({ privateKey, passphrase }: CertificateSettings): void {
  privateKey?.fill(0);
  passphrase?.fill(0);
}

function checkSecret(value: unknown, name: string): void {
  if (value === undefined) return;
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw invalidSecret(name, value, 'a string or a Uint8Array');
  }
  if (value.length === 0) throw empty(name);
}

function secretBytes(value: unknown): Uint8Array | null {
  return value === undefined ? null : toBytes(value as string | Uint8Array);
}

function parsePassphrase(value: unknown): Uint8Array | null {
  const bytes = secretBytes(value);
  if (bytes === null || bytes.length <= MAX_PASSPHRASE) return bytes;
  bytes.fill(0);
  throw new TlsError('ERR_INVALID_OPTION', `passphrase: got ${bytes.length} bytes, expected 1 to ${MAX_PASSPHRASE}`);
}

/** A copy in memory of its own, not in Node's pool, so that wiping it is the end of it. */
function toBytes(value: string | Uint8Array): Uint8Array {
  if (typeof value !== 'string') return Uint8Array.from(value);
  const bytes = new Uint8Array(Buffer.byteLength(value, 'utf8'));
  new TextEncoder().encodeInto(value, bytes);
  return bytes;
}

function missing(name: string, given: string): TlsError {
  return new TlsError('ERR_INVALID_OPTION', `${name}: got undefined, expected one that belongs to the given ${given}`);
}

function empty(name: string): TlsError {
  return new TlsError('ERR_INVALID_OPTION', `${name}: got nothing, expected at least one byte`);
}
