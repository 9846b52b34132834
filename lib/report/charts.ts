import type { BenchResult } from '../bench/bench-result.js';
import { Distribution } from './distribution.js';
import { type OperationPoints, type Points, pointsOf } from './points.js';

/** A chart as `assets/report/charts.mjs` draws it. */
export interface Chart {
  /** Of the element that it is drawn in. */
  readonly id: string;
  readonly kind: 'time' | 'percentiles' | 'histogram';
  readonly unit: 'rate' | 'milliseconds' | 'devices' | 'bytes' | 'count';
  /** Whether y is logarithmic. */
  readonly log: boolean;
  /** Seconds; log10(1 / (1 - share)) for percentiles; log10 of the middle in milliseconds for bins. */
  readonly x: readonly number[];
  /** Both ends of the x axis. */
  readonly range: readonly [number, number];
  readonly series: readonly ChartSeries[];
  /** Whether the space between the first series and the second is shaded. */
  readonly band: boolean;
  /** Vertical lines. */
  readonly markers: readonly { readonly x: number; readonly label: string }[];
}

export interface ChartSeries {
  readonly label: string;
  /** A colour of the style sheet: `series-1`. */
  readonly color: string;
  readonly dashed: boolean;
  readonly filled: boolean;
  readonly y: readonly (number | null)[];
}

/** Everything that the page draws; what there is no data for is not there. */
export interface Charts {
  readonly intervalsEach: number;
  readonly rates?: Chart;
  readonly failures?: Chart;
  readonly connected?: Chart;
  readonly memory?: Chart;
  readonly percentiles?: Chart;
  readonly byOperation: readonly OperationCharts[];
}

export interface OperationCharts {
  readonly operation: string;
  readonly latency?: Chart;
  readonly histogram?: Chart;
}

const MOST_POINTS = 800;
/** With more, a dashed line is nothing but noise. */
const MOST_DASHED_POINTS = 200;
const COLORS = 8;
/** With more between the lowest and the highest latency, what is low cannot be told apart on a linear axis. */
const LINEAR_SPAN = 40;
const PERCENTILE_STEPS_PER_NINE = 25;

export function chartsOf(result: BenchResult, baseline?: BenchResult): Charts {
  const points = pointsOf(result.series, MOST_POINTS);
  const names = [...new Set([...Object.keys(result.operations), ...points.operations.map(({ name }) => name)])];
  const colorOf = (name: string): string => `series-${(Math.max(0, names.indexOf(name)) % COLORS) + 1}`;
  const distributions = distributionsOf(result);
  const charts = { ...overTime(points, colorOf), ...percentiles(result, baseline, distributions, colorOf) };
  const byOperation = names.map((operation, index) => ({
    operation,
    ...latencyOverTime(points, operation, index, colorOf(operation)),
    ...histogram(distributions.get(operation), index, colorOf(operation)),
  }));
  return { intervalsEach: points.intervalsEach, ...charts, byOperation };
}

/** Those that exist, for the script of the page. */
export function allCharts({ rates, failures, connected, memory, percentiles, byOperation }: Charts): Chart[] {
  const all = [rates, failures, connected, memory, percentiles];
  for (const { latency, histogram } of byOperation) all.push(latency, histogram);
  return all.filter((chart) => chart !== undefined);
}

function overTime(points: Points, colorOf: (name: string) => string): Partial<Charts> {
  if (points.time.length === 0) return {};
  const lines = (rate: 'succeededPerSecond' | 'failedPerSecond'): ChartSeries[] =>
    points.operations
      .filter((operation) => operation[rate].some((value) => value > 0))
      .map((operation) => line(operation.name, colorOf(operation.name), operation[rate]));
  const chart = (id: string, unit: Chart['unit'], series: readonly ChartSeries[]): Chart => ({
    ...timeChart(points),
    id,
    unit,
    series,
  });
  const rates = lines('succeededPerSecond');
  const failures = lines('failedPerSecond');
  return {
    ...(rates.length > 0 && { rates: chart('chart-rates', 'rate', rates) }),
    ...(failures.length > 0 && { failures: chart('chart-failures', 'rate', failures) }),
    connected: chart('chart-connected', 'devices', [area('connected', 'series-1', points.connected)]),
    memory: chart('chart-memory', 'bytes', [area('resident memory', 'series-4', points.rss)]),
  };
}

function latencyOverTime(points: Points, name: string, index: number, color: string): { latency?: Chart } {
  const operation = points.operations.find((it) => it.name === name);
  if (operation === undefined || operation.p50.every((value) => value === null)) return {};
  const isSparse = points.time.length <= MOST_DASHED_POINTS;
  const series = [line('p50', color, operation.p50), { ...line('p99', color, operation.p99), dashed: isSparse }];
  const chart = {
    ...timeChart(points),
    id: `chart-latency-${index}`,
    unit: 'milliseconds' as const,
    series,
    band: true,
  };
  return { latency: { ...chart, log: isWide(latencies(operation)) } };
}

function latencies({ p50, p99 }: OperationPoints): (number | null)[] {
  return [...p50, ...p99];
}

function histogram(distribution: Distribution | undefined, index: number, color: string): { histogram?: Chart } {
  if (distribution === undefined) return {};
  const bins = distribution.bins();
  const markers = [0.5, 0.9, 0.99].map((share) => ({
    x: position(distribution.valueAt(share)),
    label: `p${share * 100}`,
  }));
  const chart: Chart = {
    id: `chart-histogram-${index}`,
    kind: 'histogram',
    unit: 'count',
    log: false,
    x: bins.map(({ from, to }) => rounded((Math.log10(from) + Math.log10(to)) / 2)),
    range: [Math.log10(bins[0]?.from ?? 1), Math.log10(bins.at(-1)?.to ?? 10)],
    series: [{ ...line('operations', color, []), filled: true, y: bins.map(({ count }) => count) }],
    band: false,
    markers,
  };
  return { histogram: chart };
}

function percentiles(
  result: BenchResult,
  baseline: BenchResult | undefined,
  distributions: ReadonlyMap<string, Distribution>,
  colorOf: (name: string) => string,
): { percentiles?: Chart } {
  if (distributions.size === 0) return {};
  const before = baseline === undefined ? new Map<string, Distribution>() : distributionsOf(baseline);
  const curves = Object.keys(result.operations).flatMap((name) => [
    ...curve(name, distributions.get(name), colorOf(name), false),
    ...curve(`${name}, baseline`, before.get(name), colorOf(name), true),
  ]);
  const end = Math.max(...curves.map(({ distribution }) => Math.log10(distribution.total)), 1);
  const x = Array.from({ length: Math.ceil(end * PERCENTILE_STEPS_PER_NINE) + 1 }, (_, index) =>
    Math.min(end, index / PERCENTILE_STEPS_PER_NINE),
  );
  const series = curves.map(({ distribution, style }) => ({ ...style, y: heights(distribution, x) }));
  return {
    percentiles: {
      id: 'chart-percentiles',
      kind: 'percentiles',
      unit: 'milliseconds',
      log: isWide(series.flatMap(({ y }) => y)),
      x: x.map(rounded),
      range: [0, end],
      series,
      band: false,
      markers: [],
    },
  };
}

function curve(
  label: string,
  distribution: Distribution | undefined,
  color: string,
  dashed: boolean,
): { distribution: Distribution; style: ChartSeries }[] {
  return distribution === undefined ? [] : [{ distribution, style: { ...line(label, color, []), dashed } }];
}

/** The latency at each place of the axis; a hundred operations have no p99.9. */
function heights(distribution: Distribution, x: readonly number[]): (number | null)[] {
  const end = Math.log10(distribution.total) + 1 / PERCENTILE_STEPS_PER_NINE;
  return x.map((nines) => (nines > end ? null : rounded(distribution.valueAt(1 - 10 ** -nines))));
}

function distributionsOf({ operations }: BenchResult): Map<string, Distribution> {
  const distributions = new Map<string, Distribution>();
  for (const [name, { latency }] of Object.entries(operations)) {
    if (latency !== undefined) distributions.set(name, new Distribution(latency));
  }
  return distributions;
}

function timeChart({ time }: Points): Pick<Chart, 'kind' | 'log' | 'x' | 'range' | 'band' | 'markers'> {
  return { kind: 'time', log: false, x: time.map(rounded), range: [0, time.at(-1) ?? 1], band: false, markers: [] };
}

function line(label: string, color: string, values: readonly (number | null)[]): ChartSeries {
  return { label, color, dashed: false, filled: false, y: values.map((value) => value && rounded(value)) };
}

function area(label: string, color: string, values: readonly number[]): ChartSeries {
  return { ...line(label, color, values), filled: true };
}

function position(milliseconds: number): number {
  return rounded(Math.log10(Math.max(milliseconds, 0.001)));
}

function isWide(values: readonly (number | null)[]): boolean {
  const known = values.filter((value) => value !== null);
  const low = known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = known.reduce((most, value) => Math.max(most, value), 0);
  return low > 0 && high > low * LINEAR_SPAN;
}

/** Five digits: what a chart can show, in a third of the bytes. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
