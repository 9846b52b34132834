import { TlsError } from '../errors/tls-error.js';
import { secretsRecord } from './check.js';

/** What a client proves itself with: a pre-shared key and the name under which the server knows it (RFC 4279). */
export interface PskCredentials {
  /** 1 to 127 bytes without a NUL: OpenSSL's callback passes C strings of that length. Strings are sent as UTF-8. */
  identity: string | Uint8Array;
  /** 1 to 256 bytes. */
  key: Uint8Array;
}

/** Gives the credentials for one attempt to connect, when it begins. */
export type PskSource = (server: {
  /** As in the options. */
  readonly host: string;
  readonly port: number;
  /** That of the options, or one that never fires. */
  readonly signal: AbortSignal;
}) => PskCredentials | Promise<PskCredentials>;

export interface PskSettings {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
}

const MAX_IDENTITY = 127;
const MAX_KEY = 256;

/** Copies both, so that the caller may wipe what it has. */
export function parsePskCredentials(value: unknown): PskSettings {
  const { identity, key } = secretsRecord(value, 'psk', ['identity', 'key']);
  return Object.freeze({ identity: parseIdentity(identity), key: Buffer.copyBytesFrom(parseKey(key)) });
}

/** The bytes of an identity, always a copy. Throws `ERR_INVALID_PSK`. */
export function parseIdentity(identity: unknown): Uint8Array {
  if (typeof identity !== 'string' && !(identity instanceof Uint8Array)) {
    throw invalidPsk(`a PSK identity must be a string or a Uint8Array, not ${typeof identity}`);
  }
  if (typeof identity === 'string' && /\p{Surrogate}/u.test(identity)) {
    throw invalidPsk('a PSK identity must be well-formed Unicode: it holds half of a surrogate pair');
  }
  const bytes = typeof identity === 'string' ? Buffer.from(identity, 'utf8') : Buffer.copyBytesFrom(identity);
  if (bytes.length < 1 || bytes.length > MAX_IDENTITY) {
    throw invalidPsk(`a PSK identity must have 1 to ${MAX_IDENTITY} bytes as UTF-8, not ${bytes.length}`);
  }
  if (bytes.includes(0)) throw invalidPsk('a PSK identity must not contain a NUL: OpenSSL would cut it there');
  return bytes;
}

/** The same array, checked. Throws `ERR_INVALID_PSK`, and never shows what was given. */
export function parseKey(key: unknown): Uint8Array {
  if (!(key instanceof Uint8Array)) {
    throw invalidPsk(
      `a PSK key must be a Uint8Array, not ${key === null ? 'null' : typeof key}; for a key in hexadecimal write Buffer.from(text, 'hex')`,
    );
  }
  if (key.length < 1 || key.length > MAX_KEY) {
    throw invalidPsk(`a PSK key must have 1 to ${MAX_KEY} bytes, not ${key.length}`);
  }
  return key;
}

function invalidPsk(message: string): TlsError {
  return new TlsError('ERR_INVALID_PSK', message);
}
