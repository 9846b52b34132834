import type { BenchSeries, OperationSeries } from '../bench/bench-result.js';

/** The series of a result as points of a chart: rates instead of counts, and no more points than can be told apart. */
export interface Points {
  /** How many intervals one point stands for. */
  readonly intervalsEach: number;
  /** Seconds since the start, at the end of what each point stands for. */
  readonly time: readonly number[];
  readonly connected: readonly number[];
  /** The highest of each. */
  readonly rss: readonly number[];
  readonly operations: readonly OperationPoints[];
}

export interface OperationPoints {
  readonly name: string;
  readonly succeededPerSecond: readonly number[];
  readonly failedPerSecond: readonly number[];
  /** The median of the intervals' own; null where none has one. */
  readonly p50: readonly (number | null)[];
  /** The highest of the intervals' own: percentiles cannot be averaged, and a peak must not disappear. */
  readonly p99: readonly (number | null)[];
}

interface Group {
  readonly first: number;
  /** The first one that is not in it any more. */
  readonly end: number;
  readonly seconds: number;
}

export function pointsOf(series: BenchSeries, most: number): Points {
  const intervalsEach = Math.max(1, Math.ceil(series.time.length / most));
  const groups = groupsOf(series.time, intervalsEach);
  return {
    intervalsEach,
    time: groups.map(({ end }) => series.time[end - 1] as number),
    connected: groups.map(({ end }) => series.connected[end - 1] ?? 0),
    rss: groups.map(({ first, end }) => highest(series.rss.slice(first, end)) ?? 0),
    operations: Object.entries(series.operations).map(([name, columns]) => operationPoints(name, columns, groups)),
  };
}

function operationPoints(name: string, columns: OperationSeries, groups: readonly Group[]): OperationPoints {
  const rates = (counts: readonly number[]): number[] =>
    groups.map(({ first, end, seconds }) => sum(counts.slice(first, end)) / seconds);
  return {
    name,
    succeededPerSecond: rates(columns.succeeded),
    failedPerSecond: rates(columns.failed),
    p50: groups.map(({ first, end }) => median(present(columns.p50.slice(first, end)))),
    p99: groups.map(({ first, end }) => highest(present(columns.p99.slice(first, end)))),
  };
}

/**
 * A last interval that is shorter than half of the others, since the run ended in it, goes with the one before: one
 * operation in a millisecond is not a rate of a thousand.
 */
function groupsOf(time: readonly number[], intervalsEach: number): Group[] {
  const groups: Group[] = [];
  for (let first = 0; first < time.length; first += intervalsEach) {
    const end = Math.min(first + intervalsEach, time.length);
    groups.push(group(time, first, end));
  }
  const last = groups.at(-1);
  const before = groups.at(-2);
  if (last === undefined || before === undefined || last.seconds * 2 >= before.seconds) return groups;
  return [...groups.slice(0, -2), group(time, before.first, last.end)];
}

function group(time: readonly number[], first: number, end: number): Group {
  const begin = first === 0 ? 0 : (time[first - 1] as number);
  return { first, end, seconds: Math.max((time[end - 1] as number) - begin, 1e-3) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function highest(values: readonly number[]): number | null {
  return values.reduce<number | null>((most, value) => Math.max(most ?? value, value), null);
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
