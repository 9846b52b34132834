import { randomFillSync } from 'node:crypto';
import type { NativeContext } from '../binding.js';
import { invalidOption } from '../options/check.js';
import { parseTicketKeys, type SessionSettings, TICKET_KEY_BYTES } from '../options/sessions.js';

/**
 * What a server's tickets are encrypted with: random keys of its own, changed for as long as it runs, until it is given
 * others.
 */
export class TicketKeys {
  readonly #context: NativeContext;
  readonly #tickets: boolean;
  /** As long as a ticket can be used: the key before the current one is needed that much longer. */
  readonly #lifetimeMillis: number;
  /** The current one, then the one before. */
  readonly #random = new Uint8Array(2 * TICKET_KEY_BYTES);
  #given: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** The context has the keys of the options already, where there are some. */
  constructor(context: NativeContext, { tickets, ticketKeys, timeout }: SessionSettings) {
    this.#context = context;
    this.#tickets = tickets;
    this.#lifetimeMillis = timeout * 1_000;
    this.#given = ticketKeys !== null;
    ticketKeys?.fill(0);
  }

  /** From now on keys of our own are changed in time. The timer does not keep the process. */
  start(): void {
    if (!this.#tickets || this.#given) return;
    randomFillSync(this.#random);
    this.#context.setTicketKeys(this.#random);
    this.#timer = setInterval(() => this.#rotate(), this.#lifetimeMillis).unref();
  }

  /** Throws `ERR_INVALID_OPTION`. */
  set(value: unknown): void {
    if (!this.#tickets) {
      throw invalidOption('sessions.tickets', false, 'true for a server that is given ticket keys');
    }
    const keys = parseTicketKeys(value);
    this.#context.setTicketKeys(keys);
    keys.fill(0);
    this.#given = true;
    this.stop();
  }

  /** Keys of our own are wiped here; the context has its copies as long as it lives. */
  stop(): void {
    clearInterval(this.#timer);
    this.#random.fill(0);
  }

  #rotate(): void {
    this.#random.copyWithin(TICKET_KEY_BYTES, 0);
    randomFillSync(this.#random, 0, TICKET_KEY_BYTES);
    this.#context.setTicketKeys(this.#random);
  }
}
