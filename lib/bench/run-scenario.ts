import { parseHost, parsePort } from '../options/address.js';
import { invalidOption, optionsRecord } from '../options/check.js';
import type { BenchProgress } from './bench-progress.js';
import type { BenchResult } from './bench-result.js';
import { parseScenario, type Scenario } from './scenario.js';
import type { ScenarioOptions } from './scenario-options.js';
import { ScenarioRun } from './scenario-run.js';
import type { BenchTarget } from './swarm-options.js';
import { checkThreshold, parseThreshold } from './threshold.js';

/** Where a scenario runs, and who is told. */
export interface RunOptions {
  /** The DTLS server under test: host and port. Required. Throws `ERR_INVALID_OPTION`. */
  target: BenchTarget;
  /** Ends the run early; its result is valid, with `end: 'interrupted'`. Default: none. Throws `ERR_INVALID_OPTION`. */
  signal?: AbortSignal | undefined;
  /** Called after each interval of the scenario. Default: none. Throws `ERR_INVALID_OPTION`. */
  onProgress?: ((progress: BenchProgress) => void) | undefined;
  /** Conditions on the result such as `handshake.p99<200ms`; see `thresholds` there. Default: none. Throws `ERR_INVALID_OPTION`. */
  thresholds?: readonly string[] | undefined;
  /** Asked once at the end: counters of the server, where they can be read. Default: none. Throws `ERR_INVALID_OPTION`. */
  serverCounters?: (() => Promise<Readonly<Record<string, number>> | undefined>) | undefined;
}

const names: Record<keyof RunOptions, true> = {
  target: true,
  signal: true,
  onProgress: true,
  thresholds: true,
  serverCounters: true,
};

/**
 * Runs a scenario against a DTLS server, and resolves with what was measured, whatever the target did. Rejects for a bad
 * scenario or bad options, and when the fleet cannot be made: `ENOTFOUND` for the host, `EMFILE` for too many sockets,
 * files that cannot be read.
 *
 * @example
 * const result = await runScenario({ name: 'handshakes', devices: 1000, steps: ['handshake', 'close'] }, {
 *   target: { host: '192.0.2.1', port: 5684 },
 * });
 * console.log(result.operations.handshake?.latency?.p99);
 */
export async function runScenario(scenario: ScenarioOptions | Scenario, options: RunOptions): Promise<BenchResult> {
  const parsed = parseScenario(scenario);
  const { target, signal, onProgress, thresholds, serverCounters } = parseRunOptions(options);
  const conditions = thresholds.map(parseThreshold);
  const run = new ScenarioRun(parsed, target, { signal, onProgress, serverCounters });
  const result = await run.run();
  return { ...result, thresholds: conditions.map((condition) => checkThreshold(condition, result)) };
}

function parseRunOptions(value: unknown): RunOptions & { thresholds: readonly string[] } {
  const options = optionsRecord(value, 'runScenario', Object.keys(names));
  const { signal, onProgress, serverCounters, thresholds = [] } = options as Partial<RunOptions>;
  const target = optionsRecord(options['target'], 'target', ['host', 'port']);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidOption('signal', signal, 'an AbortSignal');
  for (const [name, given] of Object.entries({ onProgress, serverCounters })) {
    if (given !== undefined && typeof given !== 'function') throw invalidOption(name, given, 'a function');
  }
  if (!Array.isArray(thresholds) || !thresholds.every((it) => typeof it === 'string')) {
    throw invalidOption('thresholds', thresholds, 'a list of conditions such as handshake.p99<200ms');
  }
  return {
    target: { host: parseHost(target['host'], 'target.host'), port: parsePort(target['port'], 'target.port', 1) },
    ...{ signal, onProgress, serverCounters, thresholds },
  };
}
