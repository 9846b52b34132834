import { invalidSecret, secretsRecord, text } from '../options/check.js';
import { SealedValues } from './sealed-values.js';

/** Options of {@link RedisSessionStore} and {@link RedisTicketKeyStore}. */
export interface RedisStoreOptions {
  /**
   * What the keys of Redis begin with: other servers, or another environment, have another one. A string, default
   * `'lwm2m-tls:session:'` or `'lwm2m-tls:ticket-key:'`.
   */
  prefix?: string | undefined;
  /**
   * Encrypts and authenticates all that is kept, with AES-256-GCM under a key derived from these bytes (HKDF, RFC 5869); all
   * servers that share the store need the same. At least 32 random bytes, and not those of a password. They are not kept.
   * Without it whoever can read Redis, its backups or the connection to it has the keys of all connections, and whoever
   * can write to it can put sessions there that the servers accept.
   *
   * One secret is good for 2^32 values, 49 days of a thousand new sessions a second (NIST SP 800-38D 8.3); with another one
   * every client makes one full handshake.
   */
  secret?: Uint8Array | undefined;
}

export interface RedisStoreSettings {
  readonly prefix: string;
  /** Null: values are kept as they are. */
  readonly seal: SealedValues | null;
}

const SHORTEST_SECRET = 32;

/** Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
export function parseRedisStoreOptions(value: unknown, where: string, purpose: string): RedisStoreSettings {
  const { prefix, secret } = secretsRecord(value === undefined ? {} : value, where, ['prefix', 'secret']);
  return {
    prefix: prefix === undefined ? `lwm2m-tls:${purpose}:` : text(prefix, 'prefix', 'a string', () => true),
    seal: secret === undefined ? null : new SealedValues(checkedSecret(secret), purpose),
  };
}

function checkedSecret(value: unknown): Uint8Array {
  if (value instanceof Uint8Array && value.length >= SHORTEST_SECRET) return value;
  const expected = `a Uint8Array of at least ${SHORTEST_SECRET} random bytes`;
  const length = value instanceof Uint8Array ? `, not of ${value.length}` : '';
  throw invalidSecret('secret', value, expected + length);
}
