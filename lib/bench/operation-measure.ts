import { build, encodeIntoCompressedBase64, type JsHistogram } from 'hdr-histogram-js';
import type { LatencySummary, OperationResult, OperationSeries } from './bench-result.js';

/** Longest latency that is told from longer ones, microseconds: an hour. */
const LONGEST_MICROS = 3_600_000_000;

/** The outcomes of one kind of operation, and their latencies from a microsecond to an hour with three significant digits. */
export class OperationMeasure {
  started = 0;
  succeeded = 0;
  failed = 0;
  #firstStart = Number.NaN;
  #lastEnd = Number.NaN;
  readonly #all = newHistogram();
  readonly #interval = newHistogram();
  #intervalSucceeded = 0;
  #intervalFailed = 0;
  readonly #series: { succeeded: number[]; failed: number[]; p50: (number | null)[]; p99: (number | null)[] };

  /** `intervals`: how many have passed before the first operation. */
  constructor(intervals: number) {
    const nothing = <T>(value: T): T[] => Array.from({ length: intervals }, () => value);
    this.#series = { succeeded: nothing(0), failed: nothing(0), p50: nothing(null), p99: nothing(null) };
  }

  /** How many are under way. */
  get open(): number {
    return this.started - this.succeeded - this.failed;
  }

  start(now: number): void {
    this.started += 1;
    if (Number.isNaN(this.#firstStart)) this.#firstStart = now;
  }

  /** `millis`: the latency, undefined where there is none to speak of. */
  succeed(now: number, millis: number | undefined): void {
    this.succeeded += 1;
    this.#intervalSucceeded += 1;
    this.#lastEnd = now;
    if (millis === undefined) return;
    const micros = Math.min(LONGEST_MICROS, Math.max(1, Math.round(millis * 1_000)));
    this.#all.recordValue(micros);
    this.#interval.recordValue(micros);
  }

  fail(now: number): void {
    this.failed += 1;
    this.#intervalFailed += 1;
    this.#lastEnd = now;
  }

  /** Percentiles of the interval so far, milliseconds; null without a success. */
  now(): { succeeded: number; failed: number; p50: number | null; p99: number | null } {
    return {
      succeeded: this.#intervalSucceeded,
      failed: this.#intervalFailed,
      p50: percentile(this.#interval, 50),
      p99: percentile(this.#interval, 99),
    };
  }

  endInterval(): void {
    const { succeeded, failed, p50, p99 } = this.now();
    this.#series.succeeded.push(succeeded);
    this.#series.failed.push(failed);
    this.#series.p50.push(p50);
    this.#series.p99.push(p99);
    this.#intervalSucceeded = 0;
    this.#intervalFailed = 0;
    if (this.#interval.totalCount > 0) this.#interval.reset();
  }

  series(): OperationSeries {
    return this.#series;
  }

  result(): OperationResult {
    const { started, succeeded, failed } = this;
    const seconds = (this.#lastEnd - this.#firstStart) / 1_000;
    const perSecond = succeeded > 0 && seconds > 0 ? succeeded / seconds : 0;
    const latency = this.#all.totalCount === 0 ? undefined : summary(this.#all);
    return { started, succeeded, failed, perSecond, ...(latency === undefined ? {} : { latency }) };
  }
}

function newHistogram(): JsHistogram {
  const range = {
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_MICROS,
    numberOfSignificantValueDigits: 3,
  } as const;
  return build({ ...range, useWebAssembly: false }) as JsHistogram;
}

function percentile(histogram: JsHistogram, percent: number): number | null {
  return histogram.totalCount === 0 ? null : millis(histogram.getValueAtPercentile(percent));
}

function summary(histogram: JsHistogram): LatencySummary {
  // A percentile is the upper end of the values that the histogram does not tell apart.
  const at = (percent: number) => millis(Math.min(histogram.maxValue, histogram.getValueAtPercentile(percent)));
  return {
    min: millis(histogram.minNonZeroValue),
    mean: millis(histogram.mean),
    stddev: millis(histogram.stdDeviation),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: millis(histogram.maxValue),
    buckets: buckets(histogram),
    hdr: encodeIntoCompressedBase64(histogram),
  };
}

/** Twenty to a decade: each bound is an eighth above the one before. */
const BUCKETS_PER_DECADE = 20;

function buckets(histogram: JsHistogram): [upTo: number, count: number][] {
  const counts = new Map<number, number>();
  const values = histogram.recordedValuesIterator;
  values.reset();
  while (values.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = values.next();
    const bucket = Math.ceil(Math.log10(valueIteratedTo) * BUCKETS_PER_DECADE);
    counts.set(bucket, (counts.get(bucket) ?? 0) + countAddedInThisIterationStep);
  }
  return Array.from(counts, ([bucket, count]) => [millis(10 ** (bucket / BUCKETS_PER_DECADE)), count]);
}

function millis(micros: number): number {
  return Math.round(micros) / 1_000;
}
