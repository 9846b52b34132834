import type { BenchResult, OperationResult } from '../bench/bench-result.js';
import { number, optionsRecord } from '../options/check.js';
import { Distribution } from './distribution.js';
import { flatten } from './flatten.js';
import { parseBenchResult } from './parse-result.js';

/** Two runs, side by side. */
export interface Comparison {
  readonly baseline: ComparedRun;
  readonly current: ComparedRun;
  /** By how much a figure may change, as a share, and still count as the same. */
  readonly tolerance: number;
  /** What was not the same for both: settings, versions, machines. Compare with care what is in here. */
  readonly circumstances: readonly Circumstance[];
  /** Those of the baseline first, in their order. */
  readonly operations: readonly OperationDifference[];
  /** The highest resident memory of the bench itself, in bytes. */
  readonly memory: Difference;
}

/** Which run it was. */
export interface ComparedRun {
  readonly scenario: string;
  readonly startedAt: string;
  readonly devices: number;
  /** Version of this package. */
  readonly version: string;
}

/** A setting or version that differs; null where it is not there. */
export interface Circumstance {
  /** `scenario`, `devices`, `configuration.arrival.rate`, `versions.node` ... */
  readonly path: string;
  readonly baseline: string | null;
  readonly current: string | null;
}

/** One kind of operation in both runs. */
export interface OperationDifference {
  readonly operation: string;
  /** Which of the runs had it. */
  readonly in: 'both' | 'baseline' | 'current';
  /** Successes per second. */
  readonly perSecond: Difference;
  /** Milliseconds, out of the HDR histograms; so are the others. */
  readonly p50: Difference;
  readonly p90: Difference;
  readonly p99: Difference;
  readonly p999: Difference;
  /** Share of the operations that have failed, 0 to 1. */
  readonly failures: Difference;
  /**
   * How far apart the distributions of latencies are, 0 (the same) to 1 (no overlap): the largest difference of their
   * cumulative shares. It sees what single percentiles miss, such as a second peak. Null unless both have latencies.
   */
  readonly distance: number | null;
}

/** One figure in both runs; null where it does not exist. */
export interface Difference {
  readonly baseline: number | null;
  readonly current: number | null;
  /** The current one divided by that of the baseline; null where that is impossible. */
  readonly ratio: number | null;
  readonly verdict: Verdict;
}

/** Whether a change is for the better; `'unknown'` when a figure does not exist. */
export type Verdict = 'better' | 'worse' | 'same' | 'unknown';

/** What {@link compareResults} takes. */
export interface CompareOptions {
  /** By how much a figure may change and still count as the same: 0 to 1. Default: 0.05. */
  tolerance?: number;
}

/**
 * What has changed from one result to the next, for each kind of operation. Both are checked as by `parseBenchResult`:
 * throws `ERR_INVALID_RESULT` for anything else or another version of the format, and `ERR_INVALID_OPTION` or
 * `ERR_UNKNOWN_OPTION` for the options. Runs of different scenarios can be compared; `circumstances` says so.
 */
export function compareResults(baseline: BenchResult, current: BenchResult, options: CompareOptions = {}): Comparison {
  const given = optionsRecord(options, 'the options of the comparison', ['tolerance']);
  const tolerance = number(given['tolerance'], 'tolerance', { min: 0, max: 1, default: 0.05 });
  const [before, now] = [parseBenchResult(baseline), parseBenchResult(current)];
  const names = new Set([...Object.keys(before.operations), ...Object.keys(now.operations)]);
  return {
    baseline: runOf(before),
    current: runOf(now),
    tolerance,
    circumstances: circumstances(before, now),
    operations: [...names].map((name) =>
      compareOperation(name, before.operations[name], now.operations[name], tolerance),
    ),
    memory: difference(before.memory.rssPeak, now.memory.rssPeak, 'lower', tolerance),
  };
}

function compareOperation(
  operation: string,
  before: OperationResult | undefined,
  now: OperationResult | undefined,
  tolerance: number,
): OperationDifference {
  const [then, today] = [distributionOf(before), distributionOf(now)];
  const latency = (share: number): Difference =>
    difference(then?.valueAt(share), today?.valueAt(share), 'lower', tolerance);
  return {
    operation,
    in: before === undefined ? 'current' : now === undefined ? 'baseline' : 'both',
    perSecond: difference(before?.perSecond, now?.perSecond, 'higher', tolerance),
    p50: latency(0.5),
    p90: latency(0.9),
    p99: latency(0.99),
    p999: latency(0.999),
    failures: difference(failureShare(before), failureShare(now), 'lower', tolerance),
    distance: then === undefined || today === undefined ? null : then.distanceTo(today),
  };
}

function difference(
  baseline: number | undefined,
  current: number | undefined,
  better: 'higher' | 'lower',
  tolerance: number,
): Difference {
  if (baseline === undefined || current === undefined) {
    return { baseline: baseline ?? null, current: current ?? null, ratio: null, verdict: 'unknown' };
  }
  const ratio = baseline === 0 ? null : current / baseline;
  const isSame = Math.abs(current - baseline) <= tolerance * baseline;
  const isBetter = better === 'higher' ? current > baseline : current < baseline;
  return { baseline, current, ratio, verdict: isSame ? 'same' : isBetter ? 'better' : 'worse' };
}

function distributionOf(operation: OperationResult | undefined): Distribution | undefined {
  return operation?.latency && new Distribution(operation.latency);
}

function failureShare(operation: OperationResult | undefined): number | undefined {
  if (operation === undefined) return undefined;
  const ended = operation.succeeded + operation.failed;
  return ended === 0 ? undefined : operation.failed / ended;
}

function runOf({ scenario, startedAt, devices, versions }: BenchResult): ComparedRun {
  return { scenario, startedAt, devices, version: versions.package };
}

function circumstances(before: BenchResult, now: BenchResult): Circumstance[] {
  const [then, today] = [before, now].map((result) => {
    const { scenario, devices, target, end, configuration, versions } = result;
    return new Map(flatten({ scenario, devices, target, end, configuration, versions }));
  }) as [Map<string, string>, Map<string, string>];
  return [...new Set([...then.keys(), ...today.keys()])]
    .map((path) => ({ path, baseline: then.get(path) ?? null, current: today.get(path) ?? null }))
    .filter(({ baseline, current }) => baseline !== current);
}
