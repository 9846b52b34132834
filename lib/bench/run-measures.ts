import type { OperationProgress } from './bench-progress.js';
import type { BenchSeries, FailureCount, OperationResult } from './bench-result.js';
import { OperationMeasure } from './operation-measure.js';

/** One operation under way. */
export interface Operation {
  readonly name: string;
  /** On the clock of `performance.now()`: latencies count from here. */
  readonly due: number;
  /** Whether it is the target that answers: its latency says something, and so does its absence. */
  readonly timed: boolean;
  readonly measure: OperationMeasure;
}

/** Operations that the target answers. */
export interface Answers {
  readonly open: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** How things stand, for those who watch. */
export interface MeasuresNow {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Per operation, in the interval so far. */
  readonly operations: Readonly<Record<string, OperationProgress>>;
}

/** Everything that one run measures on the devices' side: operations, failures by reason, and their course in intervals. */
export class RunMeasures {
  readonly #startedAt: number;
  readonly #operations = new Map<string, OperationMeasure>();
  readonly #failures = new Map<string, { operation: string; code: string; count: number; example: string }>();
  readonly #time: number[] = [];
  readonly #connected: number[] = [];
  readonly #rss: number[] = [];
  #rssPeak = 0;
  readonly #answers = { open: 0, succeeded: 0, failed: 0 };

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get rssPeak(): number {
    return this.#rssPeak;
  }

  /** So far, but for `open`, which is now. */
  get answers(): Answers {
    return this.#answers;
  }

  start(name: string, due: number, timed = true): Operation {
    let measure = this.#operations.get(name);
    if (measure === undefined) {
      measure = new OperationMeasure(this.#time.length);
      this.#operations.set(name, measure);
    }
    measure.start(due);
    if (timed) this.#answers.open += 1;
    return { name, due, timed, measure };
  }

  succeed({ due, timed, measure }: Operation): void {
    const now = performance.now();
    measure.succeed(now, timed ? now - due : undefined);
    if (timed) this.#answered('succeeded');
  }

  fail({ name, timed, measure }: Operation, error: unknown): void {
    measure.fail(performance.now());
    if (timed) this.#answered('failed');
    this.countFailure(name, error);
  }

  /** A failure of no operation that was under way. */
  countFailure(operation: string, error: unknown, count = 1): void {
    const { message = String(error) } = error as { message?: string };
    const code = failureCode(error);
    const key = `${operation}\n${code}`;
    const known = this.#failures.get(key);
    if (known === undefined) this.#failures.set(key, { operation, code, count, example: message });
    else known.count += count;
  }

  sampleMemory(rss: number): void {
    this.#rssPeak = Math.max(this.#rssPeak, rss);
  }

  endInterval(connected: number, rss: number): void {
    this.sampleMemory(rss);
    this.#time.push((performance.now() - this.#startedAt) / 1_000);
    this.#connected.push(connected);
    this.#rss.push(rss);
    for (const measure of this.#operations.values()) measure.endInterval();
  }

  totals(): { started: number; succeeded: number; failed: number } {
    const totals = { started: 0, succeeded: 0, failed: 0 };
    for (const { started, succeeded, failed } of this.#operations.values()) {
      totals.started += started;
      totals.succeeded += succeeded;
      totals.failed += failed;
    }
    return totals;
  }

  now(): MeasuresNow {
    const operations = Object.fromEntries(Array.from(this.#operations, ([name, measure]) => [name, measure.now()]));
    return { ...this.totals(), operations };
  }

  operations(): Record<string, OperationResult> {
    return Object.fromEntries(Array.from(this.#operations, ([name, measure]) => [name, measure.result()]));
  }

  failures(): FailureCount[] {
    return [...this.#failures.values()].sort((left, right) => right.count - left.count);
  }

  #answered(how: 'succeeded' | 'failed'): void {
    this.#answers.open -= 1;
    this.#answers[how] += 1;
  }

  series(intervalMilliseconds: number): BenchSeries {
    const operations = Object.fromEntries(Array.from(this.#operations, ([name, measure]) => [name, measure.series()]));
    return { intervalMilliseconds, time: this.#time, connected: this.#connected, rss: this.#rss, operations };
  }
}

/** The code of an error and, where one code has many reasons, which of them. */
function failureCode(error: unknown): string {
  const {
    code = 'ERR_UNKNOWN',
    alertName,
    response,
  } = error as {
    code?: string;
    alertName?: string;
    response?: string;
  };
  const reason = alertName ?? response;
  return reason === undefined ? code : `${code} ${reason}`;
}
