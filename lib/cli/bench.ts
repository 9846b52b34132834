import { readFile } from 'node:fs/promises';
import type { BenchProgress, BenchResult, RunOptions, Scenario } from '../bench/index.js';
import { OwnTarget, parseThreshold, runScenario } from '../bench/index.js';
import { compareResults, parseBenchResult, renderComparison } from '../report/index.js';
import { type BenchFileOptions, BenchFiles } from './bench-files.js';
import { benchProgress } from './bench-progress.js';
import { chooseScenario, type ScenarioChoices } from './bench-scenario.js';
import { benchSummary } from './bench-summary.js';
import type { Address } from './bench-target.js';
import { ExitCode, UsageError } from './exit-codes.js';
import { watchInterrupts } from './interrupt.js';
import { formatAddress } from './printable.js';

/** What of the command line is about the run rather than the scenario. */
export interface RunChoices extends BenchFileOptions {
  /** Undefined: a server is started. */
  target?: Address;
  threshold?: string[];
}

export interface BenchCommandOptions extends ScenarioChoices, RunChoices {
  /** Two files of `--json`. */
  compare?: string[];
}

/**
 * `lwm2m-tls bench`: a scenario against a DTLS server, ours by default. Progress is on stderr, the table on stdout. Resolves
 * with the exit code: 1 when a threshold is not met, or, without any, when something failed.
 */
export async function runBench(name: string | undefined, options: BenchCommandOptions): Promise<number> {
  if (options.compare !== undefined) return await compare(options.compare);
  if (name === undefined) throw new UsageError('bench: name a scenario, or the file of one; --help lists them');
  return await benchScenario(await chooseScenario(name, options), options);
}

/** As {@link runBench}, with the scenario itself. */
export async function benchScenario(scenario: Scenario, options: RunChoices): Promise<number> {
  for (const threshold of options.threshold ?? []) parseThreshold(threshold);
  const files = await BenchFiles.prepare(options);
  const interrupt = watchInterrupts();
  const own = options.target === undefined ? await OwnTarget.start(scenario) : undefined;
  const progress = benchProgress();
  let result: BenchResult;
  try {
    const target = options.target ?? (own as OwnTarget).address;
    console.error(headline(scenario, target, own?.kind));
    result = await runScenario(scenario, {
      target,
      signal: interrupt.signal,
      onProgress: (now: BenchProgress) => progress.show(now),
      thresholds: options.threshold,
      serverCounters: own === undefined ? undefined : () => own.counters(),
    } satisfies RunOptions);
  } finally {
    progress.finish();
    await own?.close();
    interrupt.release();
  }
  console.log(benchSummary(result));
  const written = await files.write(result);
  return interrupt.exitCode() ?? (written && isGood(result) ? ExitCode.ok : ExitCode.failure);
}

function headline({ name, devices }: Scenario, { host, port }: Address, kind: string | undefined): string {
  const whose = kind === undefined ? '' : `, a server of its own (${kind})`;
  return `${name}: ${devices ?? 'all'} devices, target coaps://${formatAddress(host, port)}${whose}`;
}

function isGood({ end, thresholds, operations }: BenchResult): boolean {
  if (end === 'target-lost') return false;
  if (thresholds.length > 0) return thresholds.every(({ passed }) => passed);
  return Object.values(operations).every(({ failed }) => failed === 0);
}

async function compare(files: readonly string[]): Promise<number> {
  const [baseline, current] = files;
  if (baseline === undefined || current === undefined || files.length > 2) {
    throw new UsageError('--compare takes two files that --json has written, the earlier one first');
  }
  console.log(renderComparison(compareResults(await readResult(baseline), await readResult(current))));
  return ExitCode.ok;
}

async function readResult(file: string): Promise<BenchResult> {
  try {
    return parseBenchResult(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`--compare ${file}: ${(error as Error).message}`);
  }
}
