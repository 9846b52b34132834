import { setImmediate } from 'node:timers/promises';

/** Few enough to fit what waits for native code, many enough to cost nothing. */
const MOST_IN_A_ROW = 64;

/**
 * For loops that take one message after the other from a backend: one that always has something would leave no turn to
 * timers, sockets and other backends, since promises come before all of them.
 */
export class Turns {
  #taken = 0;

  /** To be awaited before the next message: mostly undefined, now and then the next turn of the event loop. */
  next(): Promise<void> | undefined {
    this.#taken = (this.#taken + 1) % MOST_IN_A_ROW;
    return this.#taken === 0 ? setImmediate() : undefined;
  }
}
