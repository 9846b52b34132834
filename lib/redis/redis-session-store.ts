import type { SessionStore } from '../index.js';
import { checkedClient, type RedisClient } from './redis-client.js';
import { parseRedisStoreOptions, type RedisStoreOptions, type RedisStoreSettings } from './redis-store-options.js';

/**
 * Keeps the sessions of servers in Redis, so that a device which has connected to one process resumes at any other, and
 * after a restart. Each is a value of its own (SET with EX, GET, DEL), which Redis forgets when it cannot be resumed any more.
 *
 * Sessions hold the keys of their connections: give `secret`. What cannot be opened counts as no session.
 *
 * @example
 * const client = new Redis({ enableOfflineQueue: false }); // of ioredis
 * client.on('error', () => {}); // the server's 'sessionStoreError' tells
 * await once(client, 'ready');
 * const store = new RedisSessionStore(client, { secret });
 * const server = new DtlsServer({ psk, sessions: { store, tickets: false } });
 */
export class RedisSessionStore implements SessionStore {
  readonly #client: RedisClient;
  readonly #settings: RedisStoreSettings;

  /** The client stays the caller's, who closes it after the servers. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    this.#client = checkedClient(client);
    this.#settings = parseRedisStoreOptions(options, 'RedisSessionStore', 'session');
  }

  /** GET. Null when there is none, and for what was kept with another secret. Rejects as the client does. */
  async get(id: string): Promise<Uint8Array | null> {
    const { prefix, seal } = this.#settings;
    const kept = await this.#client.getBuffer(prefix + id);
    return kept === null || seal === null ? kept : seal.open(prefix + id, kept);
  }

  /** SET with EX. `session` is wiped. Rejects as the client does. */
  async set(id: string, session: Uint8Array, timeout: number): Promise<void> {
    const { prefix, seal } = this.#settings;
    const value = seal === null ? Buffer.from(session) : seal.seal(prefix + id, session);
    session.fill(0);
    await this.#client.set(prefix + id, value, 'EX', timeout);
  }

  /** DEL. Rejects as the client does. */
  async delete(id: string): Promise<void> {
    await this.#client.del(this.#settings.prefix + id);
  }
}
