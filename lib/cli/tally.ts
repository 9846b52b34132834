import { build, type Histogram } from 'hdr-histogram-js';

/** What a run of simulated devices did and how long it took, counted on the devices' side. */
export class Tally {
  handshakes = 0;
  registrations = 0;
  updates = 0;
  deregistrations = 0;
  failures = 0;
  /** CoAP requests sent again because no answer came in time. */
  retransmissions = 0;
  readonly handshakeTimes = new Durations();
  readonly roundTrips = new Durations();
  readonly #reasons = new Map<string, number>();

  addFailure(operation: string, error: unknown): void {
    this.failures += 1;
    const { code, message } = error as { code?: string; message?: string };
    const reason = `${operation}: ${message ?? String(error)}${code === undefined ? '' : ` (${code})`}`;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  /** Distinct failures with their numbers, most frequent first. */
  reasons(): [reason: string, count: number][] {
    return [...this.#reasons].sort((left, right) => right[1] - left[1]);
  }
}

/** Durations with three significant digits, from a microsecond to ten minutes. */
export class Durations {
  readonly #micros: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  });

  add(millis: number): void {
    this.#micros.recordValue(Math.min(600_000_000, Math.max(1, Math.round(millis * 1_000))));
  }

  /** The duration in milliseconds that `percent` % of all do not exceed; `undefined` without any. */
  percentile(percent: number): number | undefined {
    if (this.#micros.totalCount === 0) return undefined;
    return this.#micros.getValueAtPercentile(percent) / 1_000;
  }
}
