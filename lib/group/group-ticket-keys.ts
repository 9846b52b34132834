import { randomFillSync } from 'node:crypto';
import { native } from '../binding.js';
import { TICKET_KEY_BYTES } from '../options/sessions.js';

/** A day, which is what `sessions.timeout` is by default. */
const LIFETIME_MILLIS = 86_400_000;

/** What the servers of a group encrypt their tickets with: the current key, then the one before. */
export class GroupTicketKeys {
  readonly #lifetimeMillis: number;
  readonly #keys = new Uint8Array(2 * TICKET_KEY_BYTES);
  #timer: NodeJS.Timeout | undefined;

  constructor(lifetimeMillis: number = LIFETIME_MILLIS) {
    this.#lifetimeMillis = lifetimeMillis;
  }

  /** New keys, from now on changed in time. The timer does not keep the process. */
  start(changed: () => void): void {
    randomFillSync(this.#keys);
    this.#timer = setInterval(() => {
      this.#keys.copyWithin(TICKET_KEY_BYTES, 0);
      randomFillSync(this.#keys, 0, TICKET_KEY_BYTES);
      changed();
    }, this.#lifetimeMillis).unref();
  }

  /** Borrowed: whoever sends them to another thread sends a copy. */
  get current(): Uint8Array {
    return this.#keys;
  }

  stop(): void {
    clearInterval(this.#timer);
    native.cleanse(this.#keys);
  }
}
