/**
 * What a run of a scenario has measured: the object behind the table, `--json`, `--csv`, the HTML report and
 * `--compare`. It holds JSON values only. `formatVersion` changes when a reader of the old form would misunderstand it.
 */
export interface BenchResult {
  readonly format: 'lwm2m-tls-bench';
  readonly formatVersion: 1;
  /** Name of the scenario. */
  readonly scenario: string;
  /** The scenario as it was run, every default filled in, without keys. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly target: { readonly host: string; readonly address: string; readonly port: number };
  readonly devices: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationSeconds: number;
  /** Why the run ended. All but the first leave a valid result of what was done until then. */
  readonly end: 'completed' | 'interrupted' | 'target-lost';
  readonly versions: BenchVersions;
  /** By name of the operation, in the order of their first start. Operations that never started are not there. */
  readonly operations: Readonly<Record<string, OperationResult>>;
  /** Most frequent first. */
  readonly failures: readonly FailureCount[];
  readonly series: BenchSeries;
  /** CPU of this process, in seconds. */
  readonly cpu: { readonly userSeconds: number; readonly systemSeconds: number };
  /** Resident memory of this process, in bytes: before the devices, and the highest that was sampled. */
  readonly memory: { readonly rssAtStart: number; readonly rssPeak: number };
  /** Counters of the fleet's endpoints, by name, as they stood at the end. */
  readonly counters: Readonly<Record<string, number>>;
  /** Counters of the server, by name, where they could be read. */
  readonly server?: Readonly<Record<string, number>>;
  readonly thresholds: readonly ThresholdResult[];
}

export interface BenchVersions {
  readonly package: string;
  readonly node: string;
  readonly openssl: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
}

/** One kind of operation: 'handshake', 'resumption', 'register', 'update', 'deregister', 'echo', 'send' ... */
export interface OperationResult {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Successes per second, from the first start to the last end. */
  readonly perSecond: number;
  /**
   * Milliseconds from when the operation was due to its success, so that a fleet which falls behind is not flattered
   * (no coordinated omission). Absent while none has succeeded, and where nobody answers: idle, sleep, send.
   */
  readonly latency?: LatencySummary;
}

export interface LatencySummary {
  readonly min: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Counts per bucket, ascending, empty ones left out: the upper bound in milliseconds, and how many. */
  readonly buckets: readonly (readonly [upTo: number, count: number])[];
  /** The HDR histogram of microseconds, in its compressed V2 encoding, base64: what can be merged and compared. */
  readonly hdr: string;
}

export interface FailureCount {
  readonly operation: string;
  /** The stable `code` of the error; behind it the name of a received alert, or the code of a CoAP response. */
  readonly code: string;
  readonly count: number;
  /** The message of the first one. */
  readonly example: string;
}

/** Columns of equal length: one entry per interval. */
export interface BenchSeries {
  readonly intervalMilliseconds: number;
  /** Seconds since the start, at the end of each interval. */
  readonly time: readonly number[];
  /** Devices with an association, at the end of each interval. */
  readonly connected: readonly number[];
  readonly rss: readonly number[];
  readonly operations: Readonly<Record<string, OperationSeries>>;
}

export interface OperationSeries {
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  /** Milliseconds; null in an interval without a success. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

export interface ThresholdResult {
  /** As it was given, for example `handshake.p99<200ms`. */
  readonly expression: string;
  /** What was measured; null when there was nothing to measure, which fails. */
  readonly value: number | null;
  readonly passed: boolean;
}
