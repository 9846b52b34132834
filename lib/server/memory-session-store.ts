import { integer, optionsRecord } from '../options/check.js';
import type { SessionStore } from '../options/sessions.js';
import { expireAfter } from './expire-after.js';

/** Options of a {@link MemorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Most sessions that are kept, each about a kilobyte. Integer 1..1048576, default 20480. */
  maxSessions?: number | undefined;
}

interface Entry {
  session: Uint8Array;
  expiry: NodeJS.Timeout;
}

/**
 * A {@link SessionStore} for several servers in one process, such as one for DTLS and one for TLS. Above `maxSessions` that
 * which was not used for longest goes. A session that goes, for whatever reason, is wiped. Nothing in it keeps the process.
 *
 * @example
 * const sessions = { store: new MemorySessionStore({ maxSessions: 100_000 }) };
 * const servers = [new DtlsServer({ psk, sessions }), new DtlsServer({ psk, sessions })];
 */
export class MemorySessionStore implements SessionStore {
  readonly #maxSessions: number;
  /** That which was not used for longest is the first. */
  readonly #entries = new Map<string, Entry>();

  /** Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
  constructor(options: MemorySessionStoreOptions = {}) {
    const { maxSessions } = optionsRecord(options, 'MemorySessionStore', ['maxSessions']);
    this.#maxSessions = integer(maxSessions, 'maxSessions', { min: 1, max: 1_048_576, default: 20_480 });
  }

  /** Number of sessions. */
  get size(): number {
    return this.#entries.size;
  }

  /** The session of an id. It stays the store's: it is wiped when the session goes. */
  get(id: string): Uint8Array | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.session;
  }

  /**
   * Keeps a session for `timeout` seconds, integer 1..2147483. The array is the store's from then on. Throws
   * `ERR_INVALID_OPTION`.
   */
  set(id: string, session: Uint8Array, timeout: number): void {
    const expiry = expireAfter(timeout, 'timeout', () => this.delete(id));
    const before = this.#release(id);
    if (before !== session) before?.fill(0);
    this.#entries.set(id, { session, expiry });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#maxSessions && oldest !== undefined) this.delete(oldest);
  }

  /** Wipes the session of an id, if there is one. */
  delete(id: string): void {
    this.#release(id)?.fill(0);
  }

  /** Wipes all sessions. */
  clear(): void {
    for (const id of [...this.#entries.keys()]) this.delete(id);
  }

  /** It is not kept any more, and not wiped. */
  #release(id: string): Uint8Array | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    clearTimeout(entry.expiry);
    this.#entries.delete(id);
    return entry.session;
  }
}
