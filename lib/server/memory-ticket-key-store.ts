import type { TicketKeyStore } from '../options/sessions.js';
import { expireAfter } from './expire-after.js';

/**
 * A {@link TicketKeyStore} for several servers in one process. A key is wiped when its time is over. Nothing in it keeps the
 * process.
 *
 * @example
 * const sessions = { ticketKeyStore: new MemoryTicketKeyStore(), ticketKeyRotation: 3_600 };
 * const servers = [new DtlsServer({ psk, sessions }), new TlsServer({ psk, sessions })];
 */
export class MemoryTicketKeyStore implements TicketKeyStore {
  readonly #keys = new Map<number, Uint8Array>();

  /** Number of keys. */
  get size(): number {
    return this.#keys.size;
  }

  /** The key of a period; `candidate` from the first call on, for `seconds`: integer 1..2147483. Throws `ERR_INVALID_OPTION`. */
  agree(period: number, candidate: Uint8Array, seconds: number): Uint8Array {
    const known = this.#keys.get(period);
    if (known !== undefined) return known;
    expireAfter(seconds, 'seconds', () => this.#forget(period));
    this.#keys.set(period, candidate);
    return candidate;
  }

  #forget(period: number): void {
    this.#keys.get(period)?.fill(0);
    this.#keys.delete(period);
  }
}
