import { TlsError } from '../index.js';
import { closest } from '../options/closest.js';
import type { BenchResult, OperationResult, ThresholdResult } from './bench-result.js';

/** A condition on a result. */
export interface Threshold {
  /** As it was given. */
  readonly expression: string;
  /** Undefined: of all operations. */
  readonly operation: string | undefined;
  /** What is compared. */
  readonly measure: Measure;
  /** How. */
  readonly comparison: Comparison;
  /** Milliseconds, per second, bytes or a number, by `measure`; percent where `unit` is `%`. */
  readonly limit: number;
  /** As it was given; empty without one. */
  readonly unit: string;
}

type Comparison = keyof typeof comparisons;
type Measure = keyof typeof units;

const comparisons = {
  '<': (value: number, limit: number) => value < limit,
  '<=': (value: number, limit: number) => value <= limit,
  '>': (value: number, limit: number) => value > limit,
  '>=': (value: number, limit: number) => value >= limit,
} as const;

const duration = { us: 0.001, ms: 1, s: 1_000, '': 1 };
const count = { '': 1, '%': 1 };

/** What each measure may be followed by, and what one of that is in the unit of the result. */
const units = {
  min: duration,
  mean: duration,
  p50: duration,
  p75: duration,
  p90: duration,
  p95: duration,
  p99: duration,
  p999: duration,
  max: duration,
  started: { '': 1 },
  succeeded: count,
  failed: count,
  rate: { '/s': 1, '': 1 },
  rss: { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824, '': 1 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

const FORM = /^\s*(?:([A-Za-z][\w-]*)\.)?([A-Za-z]\w*)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*([A-Za-z%/]*)\s*$/;
const OF_ALL: readonly Measure[] = ['started', 'succeeded', 'failed', 'rss'];

/**
 * Reads `handshake.p99<200ms`, `register.rate>=500/s`, `echo.failed<1%`, `failed<=3`, `rss<2GB`. Throws
 * `ERR_INVALID_OPTION`.
 */
export function parseThreshold(expression: string): Threshold {
  const match = FORM.exec(expression);
  if (match === null)
    throw refused(expression, 'expected a form such as handshake.p99<200ms, echo.failed<1% or failed<=3');
  const [, operation, measure = '', comparison, number, unit = ''] = match;
  if (!isMeasure(measure)) {
    const suggestion = closest(measure, Object.keys(units));
    const advice =
      suggestion === undefined ? `known are ${Object.keys(units).join(', ')}` : `did you mean '${suggestion}'?`;
    throw refused(expression, `there is no measure '${measure}': ${advice}`);
  }
  const scale = (units[measure] as Readonly<Record<string, number>>)[unit];
  if (scale === undefined) {
    const known = Object.keys(units[measure]).filter((it) => it !== '');
    throw refused(
      expression,
      `${measure} has no unit '${unit}'${known.length > 0 ? `: known are ${known.join(', ')}` : ''}`,
    );
  }
  if (operation === undefined && !OF_ALL.includes(measure)) {
    throw refused(expression, `${measure} is of one operation: write handshake.${measure}`);
  }
  if (operation !== undefined && measure === 'rss')
    throw refused(expression, 'rss is of the whole process: write rss alone');
  return { expression, operation, measure, comparison: comparison as Comparison, limit: Number(number) * scale, unit };
}

/** Whether a result meets it, and what was measured; nothing to measure fails. */
export function checkThreshold(
  threshold: Threshold,
  result: Pick<BenchResult, 'operations' | 'memory'>,
): ThresholdResult {
  const { expression, comparison, limit } = threshold;
  const value = measured(threshold, result);
  return { expression, value, passed: value !== null && comparisons[comparison](value, limit) };
}

/** In the unit of the limit; null when there is nothing to measure. */
function measured(
  { operation, measure, unit }: Threshold,
  { operations, memory }: Pick<BenchResult, 'operations' | 'memory'>,
): number | null {
  if (measure === 'rss') return memory.rssPeak;
  if (operation === undefined) return counted(Object.values(operations), measure as 'started', unit);
  const result = operations[operation];
  if (result === undefined) return null;
  if (measure === 'started' || measure === 'succeeded' || measure === 'failed') return counted([result], measure, unit);
  if (measure === 'rate') return result.perSecond;
  return result.latency?.[measure] ?? null;
}

function counted(
  results: readonly OperationResult[],
  measure: 'started' | 'succeeded' | 'failed',
  unit: string,
): number | null {
  if (results.length === 0) return null;
  const sum = (of: 'started' | 'succeeded' | 'failed') => results.reduce((total, result) => total + result[of], 0);
  return unit === '%' ? (100 * sum(measure)) / sum('started') : sum(measure);
}

function isMeasure(name: string): name is Measure {
  return Object.hasOwn(units, name);
}

function refused(expression: string, why: string): TlsError {
  return new TlsError('ERR_INVALID_OPTION', `threshold '${expression}': ${why}`);
}
