import { EXCHANGE_LIFETIME_MILLIS, NON_LIFETIME_MILLIS } from './transmission-parameters.js';

/** What was answered to a message id; `reply` is missing for a message that got no answer. */
export interface RememberedExchange {
  readonly reply: Buffer | undefined;
}

interface Entry extends RememberedExchange {
  readonly forgetAt: number;
}

/**
 * Most exchanges remembered per peer. A peer retransmits for at most 45 s (MAX_TRANSMIT_SPAN); to fall out of
 * 256 entries within that time it would have to send more than 5 new requests a second while retransmitting an old one.
 */
const CAPACITY = 256;

/**
 * The message ids that one peer has used lately, with what was answered (RFC 7252, 4.5). Bounded: the oldest entry goes
 * first. Expired entries are dropped when the next message arrives; there is no timer.
 */
export class MessageHistory {
  readonly #entries = new Map<number, Entry>();

  /** The exchange with that id, if it is still remembered at `now` (monotonic milliseconds). */
  find(messageId: number, now: number): RememberedExchange | undefined {
    this.#forgetExpired(now);
    const entry = this.#entries.get(messageId);
    return entry !== undefined && entry.forgetAt > now ? entry : undefined;
  }

  /** Remembers a message that was handled. */
  remember(messageId: number, confirmable: boolean, reply: Buffer | undefined, now: number): void {
    const lifetime = confirmable ? EXCHANGE_LIFETIME_MILLIS : NON_LIFETIME_MILLIS;
    this.#entries.delete(messageId);
    this.#entries.set(messageId, { reply, forgetAt: now + lifetime });
    if (this.#entries.size > CAPACITY) this.#forgetOldest();
  }

  get size(): number {
    return this.#entries.size;
  }

  #forgetExpired(now: number): void {
    for (const [messageId, entry] of this.#entries) {
      if (entry.forgetAt > now) return;
      this.#entries.delete(messageId);
    }
  }

  #forgetOldest(): void {
    for (const messageId of this.#entries.keys()) {
      this.#entries.delete(messageId);
      return;
    }
  }
}
