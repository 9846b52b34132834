import type { BenchResult } from '../bench/bench-result.js';
import { oneOf, optionsRecord } from '../options/check.js';

/** What {@link renderCsv} takes. */
export interface CsvOptions {
  /**
   * Which of the two tables. `'series'`: a row for each interval. `'operations'`: a row for each kind of operation, with the
   * figures of the whole run. Default: `'series'`.
   */
  layout?: 'series' | 'operations';
}

type Cell = string | number | null | undefined;

const LATENCIES = ['min', 'mean', 'stddev', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

/**
 * A result as CSV by RFC 4180: commas, CRLF, a header line; `docs/report.md` has the columns. Numbers are plain, with a
 * point and without groups. An empty cell is a figure that does not exist, such as the p99 of an interval without a success.
 * Text that a spreadsheet would take for a formula begins with an apostrophe. Throws `ERR_INVALID_OPTION` or
 * `ERR_UNKNOWN_OPTION` for options that it does not know.
 */
export function renderCsv(result: BenchResult, options: CsvOptions = {}): string {
  const { layout } = optionsRecord(options, 'the CSV options', ['layout']);
  const rows =
    oneOf(layout, 'layout', ['series', 'operations'], 'series') === 'series'
      ? seriesRows(result)
      : operationRows(result);
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function seriesRows({ series }: BenchResult): Cell[][] {
  const operations = Object.entries(series.operations);
  const head = ['time_s', 'connected', 'rss_bytes'];
  for (const [name] of operations) head.push(`${name}.succeeded`, `${name}.failed`, `${name}.p50_ms`, `${name}.p99_ms`);
  const rows = series.time.map((time, index) => [
    time,
    series.connected[index],
    series.rss[index],
    ...operations.flatMap(([, it]) => [it.succeeded[index], it.failed[index], it.p50[index], it.p99[index]]),
  ]);
  return [head, ...rows];
}

function operationRows({ operations }: BenchResult): Cell[][] {
  const head = ['operation', 'started', 'succeeded', 'failed', 'per_second', ...LATENCIES.map((name) => `${name}_ms`)];
  const rows = Object.entries(operations).map(([name, { started, succeeded, failed, perSecond, latency }]) => [
    name,
    started,
    succeeded,
    failed,
    perSecond,
    ...LATENCIES.map((it) => latency?.[it]),
  ]);
  return [head, ...rows];
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
