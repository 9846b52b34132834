/** How a run stands, after each of its intervals. */
export interface BenchProgress {
  /** What is under way. */
  readonly phase: 'setup' | 'steps' | 'teardown';
  /** How much of that is done, 0 to 1. */
  readonly fraction: number;
  /** Since the start. */
  readonly elapsedSeconds: number;
  /** Devices with an association. */
  readonly connected: number;
  /** How many there are. */
  readonly devices: number;
  /** Operations that have succeeded so far. */
  readonly succeeded: number;
  /** Operations that have failed so far. */
  readonly failed: number;
  /** Successes per second in the interval. */
  readonly rate: number;
  /** Each operation in the interval; milliseconds, null without a success. */
  readonly operations: Readonly<Record<string, OperationProgress>>;
}

/** One operation in one interval. */
export interface OperationProgress {
  /** Successes in it. */
  readonly succeeded: number;
  /** Failures in it. */
  readonly failed: number;
  /** Milliseconds; null without a success. */
  readonly p50: number | null;
  /** The same. */
  readonly p99: number | null;
}
