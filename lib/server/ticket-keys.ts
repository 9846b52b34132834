import { randomFillSync } from 'node:crypto';
import type { NativeContext } from '../binding.js';
import type { TlsError } from '../errors/tls-error.js';
import { invalidOption } from '../options/check.js';
import { parseTicketKeys, type SessionSettings, TICKET_KEY_BYTES } from '../options/sessions.js';
import { SharedTicketKeys } from './shared-ticket-keys.js';

/**
 * What a server's tickets are encrypted with: random keys of its own, or those that it shares with others, changed for as
 * long as it runs, until it is given others.
 */
export class TicketKeys {
  readonly #context: NativeContext;
  readonly #tickets: boolean;
  /** As long as a ticket can be used: the key before the current one is needed that much longer. */
  readonly #lifetimeMillis: number;
  /** The current one, then the one before. */
  readonly #random = new Uint8Array(2 * TICKET_KEY_BYTES);
  readonly #shared: SharedTicketKeys | undefined;
  #given: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** The context has the keys of the options already, where there are some. Failures of the key store go to `report`. */
  constructor(context: NativeContext, sessions: SessionSettings, report: (error: TlsError) => void) {
    const { tickets, ticketKeys, ticketKeyStore, timeout } = sessions;
    this.#context = context;
    this.#tickets = tickets;
    this.#lifetimeMillis = timeout * 1_000;
    this.#given = ticketKeys !== null;
    ticketKeys?.fill(0);
    if (ticketKeyStore !== null) {
      this.#shared = new SharedTicketKeys(ticketKeyStore, sessions, (keys) => context.setTicketKeys(keys), report);
    }
  }

  /**
   * From now on keys are changed in time. The timer does not keep the process. Resolves when there are keys: random ones at
   * once, those of a store when it has answered or failed. Never rejects. After stop() it may be called again.
   */
  async start(): Promise<void> {
    if (!this.#tickets || this.#given) return;
    if (this.#shared !== undefined) return this.#shared.start();
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

  /** Keys that change are wiped here; the context has its copies as long as it lives. */
  stop(): void {
    this.#shared?.stop();
    clearInterval(this.#timer);
    this.#random.fill(0);
  }

  #rotate(): void {
    this.#random.copyWithin(TICKET_KEY_BYTES, 0);
    randomFillSync(this.#random, 0, TICKET_KEY_BYTES);
    this.#context.setTicketKeys(this.#random);
  }
}
