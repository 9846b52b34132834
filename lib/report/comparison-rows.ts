import type { Comparison, Difference, OperationDifference } from './compare.js';
import { bytes, change, figure, percent } from './format-numbers.js';

/** One line of a comparison, as text. */
export interface ComparisonRow {
  readonly operation: string;
  readonly measure: string;
  readonly baseline: string;
  readonly current: string;
  readonly change: string;
  readonly verdict: Difference['verdict'];
}

export function comparisonRows({ operations, memory }: Comparison): ComparisonRow[] {
  return [...operations.flatMap(operationRows), row('the bench', 'memory', memory, bytes)];
}

function operationRows({
  operation,
  perSecond,
  p50,
  p90,
  p99,
  p999,
  failures,
  distance,
}: OperationDifference): ComparisonRow[] {
  const rows = [
    row(operation, 'per second', perSecond, figure),
    row(operation, 'p50 (ms)', p50, figure),
    row(operation, 'p90 (ms)', p90, figure),
    row(operation, 'p99 (ms)', p99, figure),
    row(operation, 'p99.9 (ms)', p999, figure),
    row(operation, 'failed', failures, percent),
  ];
  if (distance === null) return rows;
  const apart = { operation, measure: 'distributions apart', baseline: '', current: '', verdict: 'unknown' as const };
  return [...rows, { ...apart, change: percent(distance) }];
}

function row(
  operation: string,
  measure: string,
  { baseline, current, ratio, verdict }: Difference,
  format: (value: number) => string,
): ComparisonRow {
  const text = (value: number | null): string => (value === null ? '–' : format(value));
  return {
    operation,
    measure,
    baseline: text(baseline),
    current: text(current),
    change: ratio === null ? '' : change(ratio),
    verdict,
  };
}
