import type { BenchResult } from '../bench/bench-result.js';
import { flatten } from './flatten.js';
import { bytes, count, duration, figure, milliseconds, percent } from './format-numbers.js';
import { type Html, type HtmlValue, html } from './html.js';
import { badge } from './page-summary.js';
import { pointsOf } from './points.js';

const MOST_ROWS = 200;
const LATENCIES = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

/** `numeric` columns are aligned to the right; neighbours of the same `group` have its name above them. */
export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
  readonly group?: string;
}

/** A table whose first column names the row, or several with the same name that follow each other. */
export function table(
  id: string,
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const kind = (index: number): HtmlValue => columns[index]?.numeric && html` class="number"`;
  const cells = ([name, ...values]: readonly HtmlValue[], row: number): Html => {
    const isAgain = row > 0 && typeof name === 'string' && rows[row - 1]?.[0] === name;
    const head = isAgain ? '' : html`<th scope="row"${spanOf(rows, row)}>${name}</th>`;
    return html`${head}${values.map((value, index) => html`<td${kind(index + 1)}>${value}</td>`)}`;
  };
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table id="${id}"><caption>${caption}</caption>
<thead>${groupRow(columns)}<tr>${columns.map(({ title }, index) => html`<th scope="col"${kind(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row, index) => html`<tr>${cells(row, index)}</tr>\n`)}</tbody></table></div>`;
}

/** Over how many rows the name of one reaches. */
function spanOf(rows: readonly (readonly HtmlValue[])[], row: number): Html | false {
  const name = rows[row]?.[0];
  const next = rows.findIndex((other, index) => index > row && (other[0] !== name || typeof name !== 'string'));
  const span = (next < 0 ? rows.length : next) - row;
  return span > 1 && html` rowspan="${span}"`;
}

function groupRow(columns: readonly Column[]): Html | false {
  if (columns.every(({ group }) => group === undefined)) return false;
  const groups: { name: string | undefined; size: number }[] = [];
  for (const { group } of columns) {
    const last = groups.at(-1);
    if (last !== undefined && last.name === group) last.size += 1;
    else groups.push({ name: group, size: 1 });
  }
  const cells = groups.map(({ name, size }) =>
    name === undefined ? html`<td colspan="${size}"></td>` : html`<th scope="colgroup" colspan="${size}">${name}</th>`,
  );
  return html`<tr class="groups">${cells}</tr>`;
}

export function numeric(...titles: readonly string[]): Column[] {
  return titles.map((title) => ({ title, numeric: true }));
}

export function thresholdTable({ thresholds }: BenchResult): Html {
  const rows = thresholds.map(({ expression, value, passed }) => [
    html`<code>${expression}</code>`,
    value === null ? 'nothing to measure' : measured(expression, value),
    passed ? badge('good', 'Met') : badge('bad', 'Not met'),
  ]);
  return table(
    'thresholds-table',
    'Thresholds',
    [{ title: 'Threshold' }, ...numeric('Measured'), { title: 'Verdict' }],
    rows,
  );
}

/** With the unit that the measure of the expression has in a result. */
function measured(expression: string, value: number): string {
  const [, measure = '', percents] = /(\w+)\s*[<>]=?[\d\s.]*(%?)/.exec(expression) ?? [];
  if (percents) return percent(value / 100);
  if (/^(min|mean|max|p\d+)$/.test(measure)) return milliseconds(value);
  if (measure === 'rss') return bytes(value);
  return measure === 'rate' ? `${figure(value)} /s` : figure(value);
}

export function operationTable({ operations }: BenchResult): Html {
  const rows = Object.entries(operations).map(([name, { started, succeeded, failed, perSecond, latency }]) => [
    name,
    count(started),
    count(succeeded),
    failed > 0 ? html`<span class="bad">${count(failed)}</span>` : '0',
    figure(perSecond),
    ...LATENCIES.map((it) => (latency === undefined ? '–' : figure(latency[it]))),
  ]);
  const latencies = LATENCIES.map((it) => ({
    title: it === 'p999' ? 'p99.9' : it,
    numeric: true,
    group: 'latency in milliseconds',
  }));
  const columns = [{ title: 'Operation' }, ...numeric('started', 'succeeded', 'failed', 'per second'), ...latencies];
  return table('operations-table', 'Operations', columns, rows);
}

export function failureTable({ failures }: BenchResult): Html {
  const all = failures.reduce((sum, failure) => sum + failure.count, 0);
  const rows = failures.map(({ operation, code, count: times, example }) => [
    operation,
    html`<code>${code}</code>`,
    count(times),
    percent(times / all),
    example,
  ]);
  const columns = [{ title: 'Operation' }, { title: 'Code' }, ...numeric('times', 'share'), { title: 'The first one' }];
  return table('failures-table', 'Failures by reason', columns, rows);
}

/** Counters that have counted something; the names of the others. */
export function counterTable(id: string, caption: string, counters: Readonly<Record<string, number>>): Html {
  const entries = Object.entries(counters);
  const rows = entries
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => [html`<code>${name}</code>`, count(value)]);
  const zero = entries.filter(([, value]) => value === 0).map(([name]) => name);
  if (rows.length === 0) return html`<p class="note">${caption}: nothing was counted.</p>`;
  return html`${table(id, caption, [{ title: 'Counter' }, ...numeric('value')], rows)}
${zero.length > 0 && html`<details class="zero"><summary>${count(zero.length)} that stayed at zero</summary><p>${zero.map((name) => html`<code>${name}</code> `)}</p></details>`}`;
}

export function configurationTable({ configuration }: BenchResult): Html {
  const rows = flatten(configuration).map(([path, text]) => [html`<code>${path}</code>`, text]);
  return table('configuration-table', 'Configuration', [{ title: 'Setting' }, { title: 'Value' }], rows);
}

export function environmentTable({ versions, memory, cpu, target, devices, durationSeconds }: BenchResult): Html {
  const rows = [
    ['lwm2m-tls', versions.package],
    ['Node.js', versions.node],
    ['OpenSSL', versions.openssl],
    ['Platform', versions.platform],
    ['Processor', `${versions.cpu}, ${count(versions.cores)} ${versions.cores === 1 ? 'core' : 'cores'}`],
    ['Target address', `${target.address} port ${target.port}`],
    ['Devices', count(devices)],
    ['Duration', duration(durationSeconds)],
    ['CPU time of the bench', `${figure(cpu.userSeconds)} s user, ${figure(cpu.systemSeconds)} s system`],
    ['Memory at the start', bytes(memory.rssAtStart)],
    ['Memory at most', bytes(memory.rssPeak)],
  ];
  return table('environment-table', 'Versions and machine', [{ title: 'What' }, { title: 'Value' }], rows);
}

/** The numbers behind the charts over time. */
export function seriesTable({ series }: BenchResult): Html {
  const { intervalsEach, time, connected, rss, operations } = pointsOf(series, MOST_ROWS);
  const columns = operations.flatMap(({ name }) =>
    numeric('succeeded /s', 'failed /s', 'p50 (ms)', 'p99 (ms)').map((column) => ({ ...column, group: name })),
  );
  const rows = time.map((seconds, index) => [
    seconds.toFixed(1),
    count(connected[index] ?? 0),
    bytes(rss[index] ?? 0),
    ...operations.flatMap((it) => [
      figure(it.succeededPerSecond[index] ?? 0),
      figure(it.failedPerSecond[index] ?? 0),
      shownOrDash(it.p50[index]),
      shownOrDash(it.p99[index]),
    ]),
  ]);
  const caption = intervalsEach === 1 ? 'Every interval' : `Every ${count(intervalsEach)} intervals`;
  return table('series-table', caption, [{ title: 'Time (s)' }, ...numeric('connected', 'memory'), ...columns], rows);
}

function shownOrDash(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : figure(value);
}
