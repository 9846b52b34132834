import type { Answers } from './run-measures.js';

/**
 * Whether anybody still answers. Time counts against the target while nothing succeeds although answers are waited for, or
 * fail; time in which nothing is asked counts neither way. A few devices that hang at the end of a run, as those with wrong
 * keys do, are not enough.
 */
export class TargetLiveness {
  readonly #limitMillis: number;
  readonly #fewest: number;
  #silentMillis = 0;
  #failed = 0;
  #last = { succeeded: 0, failed: 0 };

  /** `atOnce`: how many devices may be busy at a time. */
  constructor({ lostAfter, devices, atOnce }: { lostAfter: number; devices: number; atOnce: number }) {
    this.#limitMillis = lostAfter * 1_000;
    this.#fewest = Math.min(atOnce, devices, Math.max(10, Math.ceil(devices / 100)));
  }

  /** Looks at what has come since the last look, `millis` ago. Returns whether the target is lost. */
  isLost({ open, succeeded, failed }: Answers, millis: number): boolean {
    const successes = succeeded - this.#last.succeeded;
    const failures = failed - this.#last.failed;
    this.#last = { succeeded, failed };
    if (successes > 0) {
      this.#silentMillis = 0;
      this.#failed = 0;
      return false;
    }
    this.#failed += failures;
    if (open > 0 || failures > 0) this.#silentMillis += millis;
    return this.#silentMillis >= this.#limitMillis && open + this.#failed >= this.#fewest;
  }
}
