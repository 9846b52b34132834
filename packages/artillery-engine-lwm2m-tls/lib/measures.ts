import type { Events } from './artillery.js';
import { codeOf } from './engine-error.js';

const PREFIX = 'lwm2m_tls';

/** Counters and histograms of one scenario, named `lwm2m_tls.<operation>.<what>`. */
export class Measures {
  readonly #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  count(what: string, value = 1): void {
    this.#events.emit('counter', `${PREFIX}.${what}`, value);
  }

  /** Runs what takes time: `.time` in milliseconds and `.succeeded`, or `.failed` and Artillery's own `errors.<code>`. */
  async time(operation: string, run: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    try {
      await run();
    } catch (error) {
      this.count(`${operation}.failed`);
      this.error(error);
      throw new CountedError(error);
    }
    this.#events.emit('histogram', `${PREFIX}.${operation}.time`, performance.now() - startedAt);
    this.count(`${operation}.succeeded`);
  }

  error(error: unknown): void {
    if (!(error instanceof CountedError)) this.#events.emit('error', codeOf(error));
  }
}

/** Has been counted already. */
export class CountedError extends Error {
  constructor(cause: unknown) {
    super((cause as Error | undefined)?.message, { cause });
  }
}
