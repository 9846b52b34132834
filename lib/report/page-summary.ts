import type { BenchResult, OperationResult } from '../bench/bench-result.js';
import { bytes, count, duration, figure, milliseconds, percent } from './format-numbers.js';
import { type Html, html } from './html.js';
import { type Points, pointsOf } from './points.js';

const SPARK_POINTS = 60;
const SPARK_WIDTH = 120;
const SPARK_HEIGHT = 28;

const ends: Record<BenchResult['end'], { text: string; state: string }> = {
  completed: { text: 'Completed', state: 'good' },
  interrupted: { text: 'Interrupted: what was done until then', state: 'warn' },
  'target-lost': { text: 'Target lost: what was done until then', state: 'bad' },
};

/** What was run against what, when, and how it ended. */
export function pageHeader(result: BenchResult): Html {
  const { scenario, target, startedAt, durationSeconds, end, thresholds, versions } = result;
  const broken = thresholds.filter(({ passed }) => !passed).length;
  const verdict =
    broken === 0
      ? badge('good', thresholds.length === 1 ? 'Threshold met' : `All ${thresholds.length} thresholds met`)
      : badge('bad', `${broken} of ${thresholds.length} thresholds not met`);
  return html`<header class="top">
<p class="kind">lwm2m-tls bench</p>
<h1>${scenario}</h1>
<p class="badges">${badge(ends[end].state, ends[end].text)} ${thresholds.length > 0 && verdict}</p>
<dl class="facts">
<div><dt>Target</dt><dd>${targetText(result)}${target.host !== target.address && html` <span class="quiet">${target.address}</span>`}</dd></div>
<div><dt>Started</dt><dd><time datetime="${startedAt}">${startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time></dd></div>
<div><dt>Took</dt><dd>${duration(durationSeconds)}</dd></div>
<div><dt>Measured by</dt><dd>lwm2m-tls ${versions.package}, ${versions.openssl}</dd></div>
</dl>
</header>`;
}

/** `192.0.2.1:5684`, `[2001:db8::1]:5684`. */
export function targetText({ target: { host, port } }: Pick<BenchResult, 'target'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The figures that one asks for first, each with its course. */
export function summaryCards(result: BenchResult): Html {
  const points = pointsOf(result.series, SPARK_POINTS);
  return html`<section class="cards" aria-label="Summary">
${rateCard(result, points)}
${latencyCard(result, points)}
${failureCard(result, points)}
${deviceCard(result, points)}
${memoryCard(result, points)}
</section>`;
}

function rateCard({ operations, durationSeconds }: BenchResult, points: Points): Html {
  const succeeded = total(operations, 'succeeded');
  const rate = durationSeconds > 0 ? succeeded / durationSeconds : 0;
  const spark = sparkline(sumOf(points, 'succeededPerSecond'), 'series-1');
  return card(
    'rate',
    'Operations per second',
    figure(rate),
    `${count(succeeded)} in ${duration(durationSeconds)}`,
    spark,
  );
}

/** Of the operation that was done most often: percentiles of different operations have no common value. */
function latencyCard({ operations }: BenchResult, points: Points): Html {
  const [name, { latency }] = Object.entries(operations)
    .filter(([, operation]) => operation.latency !== undefined)
    .sort(([, left], [, right]) => right.succeeded - left.succeeded)[0] ?? ['', { latency: undefined }];
  if (latency === undefined) return card('latency', 'Latency p50 / p99', '–', 'nothing has succeeded');
  const course = points.operations.find((operation) => operation.name === name)?.p99 ?? [];
  const label = html`Latency p50 / p99`;
  const value = html`${figure(latency.p50)} <span class="unit">/</span> ${figure(latency.p99)} <span class="unit">ms</span>`;
  const remark = html`<b>${name}</b>, at most ${milliseconds(latency.max)}`;
  return card('latency', label, value, remark, sparkline(course, 'series-2'));
}

function failureCard({ operations }: BenchResult, points: Points): Html {
  const failed = total(operations, 'failed');
  const ended = failed + total(operations, 'succeeded');
  const remark = ended === 0 ? 'nothing was done' : `${percent(failed / ended)} of ${count(ended)}`;
  const spark = failed > 0 && sparkline(sumOf(points, 'failedPerSecond'), 'bad');
  return card('failures', 'Failures', count(failed), remark, spark, failed > 0 ? 'bad' : 'good');
}

function deviceCard({ devices }: BenchResult, points: Points): Html {
  const most = points.connected.reduce((highest, value) => Math.max(highest, value), 0);
  const remark = `${count(most)} connected at most`;
  return card('devices', 'Devices', count(devices), remark, sparkline(points.connected, 'series-3'));
}

function memoryCard({ devices, memory }: BenchResult, points: Points): Html {
  const perDevice = devices > 0 ? `${bytes(Math.max(0, memory.rssPeak - memory.rssAtStart) / devices)} per device` : '';
  const [value, unit] = bytes(memory.rssPeak).split(' ');
  return card(
    'memory',
    'Memory of the bench',
    html`${value} <span class="unit">${unit}</span>`,
    perDevice,
    sparkline(points.rss, 'series-4'),
  );
}

function card(
  id: string,
  label: Html | string,
  value: Html | string,
  remark: Html | string,
  spark: Html | false = false,
  state = 'plain',
): Html {
  return html`<div class="card ${state}" id="card-${id}">
<h2>${label}</h2>
<p class="value">${value}</p>
<p class="remark">${remark}</p>
${spark}
</div>`;
}

function sparkline(values: readonly (number | null)[], color: string): Html | false {
  const most = values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
  const known = values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  if (known.length < 2 || most === 0) return false;
  const x = (index: number): string => ((index / (values.length - 1)) * SPARK_WIDTH).toFixed(1);
  const y = (value: number): string => (SPARK_HEIGHT - 1.5 - (value / most) * (SPARK_HEIGHT - 3)).toFixed(1);
  const line = known.map(([index, value]) => `${x(index)},${y(value)}`).join(' ');
  const [first, last] = [x(known[0]?.[0] ?? 0), x(known.at(-1)?.[0] ?? 0)];
  return html`<svg class="spark ${color}" viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><polygon points="${first},${SPARK_HEIGHT} ${line} ${last},${SPARK_HEIGHT}"/><polyline points="${line}"/></svg>`;
}

function sumOf({ time, operations }: Points, rate: 'succeededPerSecond' | 'failedPerSecond'): number[] {
  return time.map((_, index) => operations.reduce((sum, operation) => sum + (operation[rate][index] ?? 0), 0));
}

function total(operations: Readonly<Record<string, OperationResult>>, what: 'succeeded' | 'failed'): number {
  return Object.values(operations).reduce((sum, operation) => sum + operation[what], 0);
}

export function badge(state: string, text: string): Html {
  return html`<span class="badge ${state}">${text}</span>`;
}
