/** A timer is this much late at most, normally; what is due sooner is waited for by turning the event loop. */
const TIMER_GRAIN_MILLIS = 2;
/** A longer wait is cut: the largest delay of a timer of Node. */
const LONGEST_TIMER_MILLIS = 2_147_483_647;

/** Waits that can all be ended at once. Those of a hundred thousand devices may be open at a time. */
export class Pacer {
  readonly #open = new Set<() => void>();
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends all waits; later ones do not begin. */
  stop(): void {
    this.#stopped = true;
    for (const end of [...this.#open]) end();
  }

  /** Resolves at `due`, on the clock of `performance.now()`: timers alone are too coarse for thousands of arrivals a second. */
  async until(due: number): Promise<void> {
    for (;;) {
      const left = due - performance.now();
      if (left <= 0 || this.#stopped) return;
      if (left > TIMER_GRAIN_MILLIS) await this.#timer(left - TIMER_GRAIN_MILLIS);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves after a time that need not be exact. */
  async pause(millis: number): Promise<void> {
    const due = performance.now() + millis;
    for (;;) {
      const left = due - performance.now();
      if (left <= 0 || this.#stopped) return;
      await this.#timer(left);
    }
  }

  #timer(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(handle);
        this.#open.delete(end);
        resolve();
      };
      const handle = setTimeout(end, Math.min(Math.ceil(millis), LONGEST_TIMER_MILLIS));
      this.#open.add(end);
    });
  }
}
