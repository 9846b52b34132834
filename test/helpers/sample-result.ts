/** Results of a bench as a real run would give them, with HDR histograms, out of seeded random numbers. */
import { build, encodeIntoCompressedBase64, type Histogram, type JsHistogram } from 'hdr-histogram-js';
import type {
  BenchResult,
  FailureCount,
  LatencySummary,
  OperationResult,
  OperationSeries,
} from '#lib/bench/bench-result.js';
import { seededRandom } from './seeded-random.js';

export interface SampleOperation {
  /** Successes per second in the middle of the run. */
  readonly rate: number;
  /** Milliseconds that half of them stay below. */
  readonly median: number;
  /** Of the logarithm: how far the latencies spread. */
  readonly spread: number;
  /** Share that fails. */
  readonly failing: number;
}

export interface SampleOptions {
  readonly scenario?: string;
  readonly intervals?: number;
  readonly devices?: number;
  readonly seed?: number;
  readonly operations?: Readonly<Record<string, SampleOperation>>;
  /** What is to be as told, whatever the run would give. */
  readonly override?: Partial<BenchResult>;
}

const mixed = {
  handshake: { rate: 820, median: 6.5, spread: 0.55, failing: 0.002 },
  register: { rate: 810, median: 2.1, spread: 0.4, failing: 0.0004 },
  echo: { rate: 4_200, median: 0.62, spread: 0.35, failing: 0 },
};
const MIB = 2 ** 20;
const INTERVAL_SECONDS = 1;
/** Latencies that are drawn for each interval; counts beyond these repeat them. */
const DRAWS = 400;

export function sampleResult(options: SampleOptions = {}): BenchResult {
  const { scenario = 'mixed', intervals = 60, devices = 20_000, seed = 1, operations = mixed, override = {} } = options;
  const time = Array.from({ length: intervals }, (_, index) => (index + 1) * INTERVAL_SECONDS);
  const runs = Object.entries(operations).map(([name, operation], index) => {
    return [name, runOf(operation, intervals, seededRandom(seed, index))] as const;
  });
  const connected = time.map((seconds) => Math.round(devices * Math.min(1, seconds / Math.max(1, intervals * 0.4))));
  const rss = connected.map((count, index) => 58 * MIB + count * 2_300 + (index % 7) * 0.2 * MIB);
  return {
    format: 'lwm2m-tls-bench',
    formatVersion: 1,
    scenario,
    configuration: {
      devices,
      duration: intervals,
      arrival: { mode: 'open', rate: 820, rampUp: Math.round(intervals * 0.4) },
      psk: { identity: 'dev-%06d' },
      cipherSuites: ['TLS_PSK_WITH_AES_128_CCM_8', 'TLS_PSK_WITH_AES_128_GCM_SHA256'],
      steps: [{ handshake: { resume: false } }, { register: { lifetime: 300 } }, { echo: { size: 64, every: 4 } }],
      sourceAddresses: '127.0.0.0/8',
    },
    target: { host: 'localhost', address: '127.0.0.1', port: 5684 },
    devices,
    startedAt: '2026-03-14T09:26:53.589Z',
    durationSeconds: intervals * INTERVAL_SECONDS,
    end: 'completed',
    versions: {
      package: '0.1.0',
      node: 'v20.20.2',
      openssl: 'OpenSSL 1.1.1w  11 Sep 2023',
      platform: 'linux x64',
      cpu: 'Example CPU @ 2.40GHz',
      cores: 2,
    },
    operations: Object.fromEntries(runs.map(([name, { result }]) => [name, result])),
    failures: runs.flatMap(([name, { result }]) => failuresOf(name, result)),
    series: {
      intervalMilliseconds: INTERVAL_SECONDS * 1_000,
      time,
      connected,
      rss,
      operations: Object.fromEntries(runs.map(([name, { series }]) => [name, series])),
    },
    cpu: { userSeconds: intervals * 0.61, systemSeconds: intervals * 0.23 },
    memory: { rssAtStart: 58 * MIB, rssPeak: rss.reduce((most, value) => Math.max(most, value), 58 * MIB) },
    counters: {
      handshakesCompleted: 49_101,
      datagramsSent: 412_345,
      datagramsReceived: 411_870,
      flightsRetransmitted: 12,
      recordsDropped: 0,
      icmpErrors: 0,
    },
    server: {
      handshakesCompleted: 49_101,
      messagesReceived: 300_912,
      messagesSent: 300_870,
      recordsDroppedReplayed: 3,
      peersRefused: 0,
    },
    thresholds: [
      { expression: 'handshake.p99<200ms', value: 24.6, passed: true },
      { expression: 'echo.p99<2ms', value: 1.48, passed: true },
      { expression: 'failed<0.1%', value: 0.03, passed: true },
    ],
    ...override,
  };
}

/** A result of a run in which nothing was started. */
export function emptyResult(): BenchResult {
  const nothing = {
    operations: {},
    failures: [],
    counters: {},
    thresholds: [],
    durationSeconds: 0,
    end: 'interrupted' as const,
  };
  const { server: _, ...sample } = sampleResult({ intervals: 0, operations: {}, override: nothing });
  return sample;
}

function runOf(
  { rate, median, spread, failing }: SampleOperation,
  intervals: number,
  random: () => number,
): { result: OperationResult; series: OperationSeries } {
  const all = emptyHistogram();
  const series = {
    succeeded: [] as number[],
    failed: [] as number[],
    p50: [] as (number | null)[],
    p99: [] as (number | null)[],
  };
  for (let index = 0; index < intervals; index += 1) {
    const load = Math.min(1, (index + 1) / Math.max(1, intervals * 0.08)) * (0.94 + 0.12 * random());
    const slow = index === Math.floor(intervals * 0.66) ? 6 : 1;
    const succeeded = Math.round((rate * load) / Math.sqrt(slow));
    const interval = emptyHistogram();
    const draws = Math.min(DRAWS, succeeded);
    for (let draw = 0; draw < draws; draw += 1) {
      const micros = Math.max(1, Math.round(median * 1_000 * slow * Math.exp(spread * normal(random))));
      const count = Math.floor(((draw + 1) * succeeded) / draws) - Math.floor((draw * succeeded) / draws);
      interval.recordValueWithCount(micros, count);
    }
    all.add(interval);
    series.succeeded.push(succeeded);
    series.failed.push(Math.round(succeeded * failing * 2 * random()));
    series.p50.push(succeeded === 0 ? null : interval.getValueAtPercentile(50) / 1_000);
    series.p99.push(succeeded === 0 ? null : interval.getValueAtPercentile(99) / 1_000);
  }
  const succeeded = all.totalCount;
  const failed = series.failed.reduce((sum, value) => sum + value, 0);
  const perSecond = intervals === 0 ? 0 : succeeded / (intervals * INTERVAL_SECONDS);
  const result = { started: succeeded + failed, succeeded, failed, perSecond };
  return { result: succeeded === 0 ? result : { ...result, latency: summaryOf(all) }, series };
}

export function summaryOf(micros: Histogram): LatencySummary {
  const at = (percentile: number): number => micros.getValueAtPercentile(percentile) / 1_000;
  return {
    min: micros.minNonZeroValue / 1_000,
    mean: micros.mean / 1_000,
    stddev: micros.stdDeviation / 1_000,
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: micros.maxValue / 1_000,
    buckets: bucketsOf(micros as JsHistogram),
    hdr: encodeIntoCompressedBase64(micros),
  };
}

export function emptyHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });
}

function bucketsOf(micros: JsHistogram): (readonly [number, number])[] {
  const buckets: (readonly [number, number])[] = [];
  const iterator = micros.recordedValuesIterator;
  iterator.reset();
  while (iterator.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
    buckets.push([valueIteratedTo / 1_000, countAtValueIteratedTo]);
  }
  return buckets;
}

function failuresOf(operation: string, { failed }: OperationResult): FailureCount[] {
  if (failed === 0) return [];
  const alerts = Math.floor(failed / 5);
  const reasons = [
    { operation, code: 'ETIMEDOUT', count: failed - alerts, example: 'no answer from 127.0.0.1:5684 within 123 s' },
    { operation, code: 'ERR_ALERT_RECEIVED', count: alerts, example: 'the peer sent the alert internal_error (80)' },
  ];
  return reasons.filter(({ count }) => count > 0);
}

/** Standard normal, by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
