/**
 * What a run of a scenario has measured: the object behind the table, `--json`, `--csv`, the HTML report and
 * `--compare`. It holds JSON values only. `formatVersion` changes when a reader of the old form would misunderstand it.
 */
export interface BenchResult {
  /** Always this. */
  readonly format: 'lwm2m-tls-bench';
  /** Always 1 as yet. */
  readonly formatVersion: 1;
  /** Name of the scenario. */
  readonly scenario: string;
  /** The scenario as it was run, every default filled in, without keys. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** What was measured: as it was given, and the address that was used. */
  readonly target: { readonly host: string; readonly address: string; readonly port: number };
  /** How many there were. */
  readonly devices: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From the first phase to the end of the last. */
  readonly durationSeconds: number;
  /** Why the run ended. All but the first leave a valid result of what was done until then. */
  readonly end: 'completed' | 'interrupted' | 'target-lost';
  /** With what it was measured. */
  readonly versions: BenchVersions;
  /** By name of the operation, in the order of their first start. Operations that never started are not there. */
  readonly operations: Readonly<Record<string, OperationResult>>;
  /** Most frequent first. */
  readonly failures: readonly FailureCount[];
  /** The same over time. */
  readonly series: BenchSeries;
  /** CPU of this process, in seconds. */
  readonly cpu: { readonly userSeconds: number; readonly systemSeconds: number };
  /** Resident memory of this process, in bytes: before the devices, and the highest that was sampled. */
  readonly memory: { readonly rssAtStart: number; readonly rssPeak: number };
  /** Counters of the fleet's endpoints, by name, as they stood at the end. */
  readonly counters: Readonly<Record<string, number>>;
  /** Counters of the server, by name, where they could be read. */
  readonly server?: Readonly<Record<string, number>>;
  /** Those that were given, in their order. */
  readonly thresholds: readonly ThresholdResult[];
}

/** With what, and on what, a run was made. */
export interface BenchVersions {
  /** Version of this package. */
  readonly package: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Version of the OpenSSL in the addon. */
  readonly openssl: string;
  /** As `process.platform` and `process.arch` have it. */
  readonly platform: string;
  /** Model of the first processor. */
  readonly cpu: string;
  /** How many there are. */
  readonly cores: number;
}

/** One kind of operation: 'handshake', 'resumption', 'register', 'update', 'deregister', 'echo', 'send' ... */
export interface OperationResult {
  /** All, those without an end included. */
  readonly started: number;
  /** Those that got what they wanted. */
  readonly succeeded: number;
  /** Those that did not. */
  readonly failed: number;
  /** Successes per second, from the first start to the last end. */
  readonly perSecond: number;
  /**
   * Milliseconds from when the operation was due to its success, so that a fleet which falls behind is not flattered
   * (no coordinated omission). Absent while none has succeeded, and where nobody answers: idle, sleep, send.
   */
  readonly latency?: LatencySummary;
}

/** A distribution of latencies, in milliseconds. */
export interface LatencySummary {
  /** The least. */
  readonly min: number;
  /** The mean. */
  readonly mean: number;
  /** The standard deviation. */
  readonly stddev: number;
  /** The median. */
  readonly p50: number;
  /** Three quarters took no longer. */
  readonly p75: number;
  /** Nine of ten took no longer. */
  readonly p90: number;
  /** 19 of 20 took no longer. */
  readonly p95: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
  /** 999 of 1,000 took no longer. */
  readonly p999: number;
  /** The greatest. */
  readonly max: number;
  /** Counts per bucket, ascending, empty ones left out: the upper bound in milliseconds, and how many. */
  readonly buckets: readonly (readonly [upTo: number, count: number])[];
  /** The HDR histogram of microseconds, in its compressed V2 encoding, base64: what can be merged and compared. */
  readonly hdr: string;
}

/** One reason for failures of one operation. */
export interface FailureCount {
  /** Its name, as in `operations`. */
  readonly operation: string;
  /** The stable `code` of the error; behind it the name of a received alert, or the code of a CoAP response. */
  readonly code: string;
  /** How often. */
  readonly count: number;
  /** The message of the first one. */
  readonly example: string;
}

/** Columns of equal length: one entry per interval. */
export interface BenchSeries {
  /** Length of an interval. */
  readonly intervalMilliseconds: number;
  /** Seconds since the start, at the end of each interval. */
  readonly time: readonly number[];
  /** Devices with an association, at the end of each interval. */
  readonly connected: readonly number[];
  /** Resident memory in bytes, at the end of each interval. */
  readonly rss: readonly number[];
  /** By name of the operation. */
  readonly operations: Readonly<Record<string, OperationSeries>>;
}

/** One operation over time. */
export interface OperationSeries {
  /** Successes in each interval. */
  readonly succeeded: readonly number[];
  /** Failures in each interval. */
  readonly failed: readonly number[];
  /** Milliseconds; null in an interval without a success. */
  readonly p50: readonly (number | null)[];
  /** The same. */
  readonly p99: readonly (number | null)[];
}

/** What has become of a condition. */
export interface ThresholdResult {
  /** As it was given, for example `handshake.p99<200ms`. */
  readonly expression: string;
  /** What was measured; null when there was nothing to measure, which fails. */
  readonly value: number | null;
  /** Whether it is met. */
  readonly passed: boolean;
}
