import type { TicketKeyStore } from '../index.js';
import { checkedClient, type RedisClient } from './redis-client.js';
import { parseRedisStoreOptions, type RedisStoreOptions, type RedisStoreSettings } from './redis-store-options.js';

/**
 * Lets servers agree in Redis on the keys of their tickets. The first that asks for the key of a period makes it (SET with
 * EX and NX), all get it (GET), and Redis forgets it when no ticket can be good any more.
 *
 * The keys open all tickets of their period: give `secret`, and use a Redis that keeps nothing on a disk.
 *
 * @example
 * const ticketKeyStore = new RedisTicketKeyStore(client, { secret });
 * const server = new DtlsServer({ psk, sessions: { ticketKeyStore, ticketKeyRotation: 3_600 } });
 */
export class RedisTicketKeyStore implements TicketKeyStore {
  readonly #client: RedisClient;
  readonly #settings: RedisStoreSettings;

  /** The client stays the caller's, who closes it after the servers. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    this.#client = checkedClient(client);
    this.#settings = parseRedisStoreOptions(options, 'RedisTicketKeyStore', 'ticket-key');
  }

  /**
   * The key of a period; `candidate`, which is wiped, if there is none. Rejects as the client does, and when there is one of
   * another secret.
   */
  async agree(period: number, candidate: Uint8Array, seconds: number): Promise<Uint8Array> {
    const { prefix, seal } = this.#settings;
    const name = `${prefix}${period}`;
    const value = seal === null ? Buffer.from(candidate) : seal.seal(name, candidate);
    candidate.fill(0);
    const known = await this.#client.getBuffer(name);
    if (known !== null) return this.#opened(name, known);
    await this.#client.set(name, value, 'EX', seconds, 'NX');
    const kept = await this.#client.getBuffer(name);
    if (kept !== null) return this.#opened(name, kept);
    throw new Error(`Redis has no '${name}' right after it was set: it must not drop keys before they expire`);
  }

  #opened(name: string, value: Buffer): Uint8Array {
    const { seal } = this.#settings;
    const key = seal === null ? value : seal.open(name, value);
    if (key !== null) return key;
    throw new Error(`the key in '${name}' is not of this secret: all servers that share it need the same`);
  }
}
