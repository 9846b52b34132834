import { type NativePskTable, native } from './binding.js';
import { TlsError } from './errors/tls-error.js';
import { invalidSecret } from './options/check.js';
import { parseIdentity, parseKey } from './options/psk.js';

/** The native table of a store, for the Context of a server. Not part of the public API. */
export let pskTableOf: (store: PskStore) => NativePskTable;

/**
 * PSK identities and their keys. Lookups of a handshake happen in native code without a call into JavaScript, so the
 * keys live there: they can be replaced and removed, but not read back. Changes count from the next handshake on;
 * established connections stay. One store may serve several servers of the same thread.
 *
 * An identity has 1 to 127 bytes as UTF-8 and no NUL, a key 1 to 256 bytes; anything else throws `ERR_INVALID_PSK`.
 */
export class PskStore {
  readonly #table: NativePskTable = new native.PskTable();

  static {
    pskTableOf = (store) => store.#table;
  }

  /**
   * With these identities and keys; an identity that comes twice has its last key. Throws `ERR_INVALID_PSK`, and
   * `ERR_INVALID_OPTION` when `entries` are no pairs.
   */
  constructor(entries: Iterable<readonly [string, Uint8Array]> = []) {
    for (const [identity, key] of pairsOf(entries)) this.set(identity, key);
  }

  /** Adds an identity or replaces its key. The key is copied. Throws `ERR_INVALID_PSK`. */
  set(identity: string, key: Uint8Array): this {
    const stored = this.#table.set(parseIdentity(identity), parseKey(key));
    if (!stored) throw new TlsError('ERR_INVALID_PSK', `OpenSSL cannot carry the identity '${identity}' or its key`);
    return this;
  }

  /** Removes an identity and wipes its key. True when it was there. Throws `ERR_INVALID_PSK` for what can be none. */
  delete(identity: string): boolean {
    return this.#table.remove(parseIdentity(identity));
  }

  /** Throws `ERR_INVALID_PSK` for what cannot be an identity. */
  has(identity: string): boolean {
    return this.#table.has(parseIdentity(identity));
  }

  /** Removes all: nobody can connect until there are others. */
  clear(): void {
    this.#table.clear();
  }

  /** Number of identities. */
  get size(): number {
    return this.#table.size;
  }
}

function pairsOf(entries: unknown): Iterable<readonly [string, Uint8Array]> {
  const pairs = isIterable(entries) ? [...entries] : undefined;
  if (pairs?.every(Array.isArray)) return pairs as [string, Uint8Array][];
  throw invalidSecret('entries', entries, 'an iterable of [identity, key] pairs, such as a Map');
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
