import type { BenchResult } from '../bench/bench-result.js';
import type { Chart, Charts, OperationCharts } from './charts.js';
import { count, milliseconds } from './format-numbers.js';
import { type Html, html } from './html.js';

/** The charts over the course of the run. */
export function timeCharts(charts: Charts): Html {
  const { rates, failures, connected, memory, intervalsEach } = charts;
  const each = intervalsEach > 1 ? `, mean of ${count(intervalsEach)} intervals each` : '';
  return html`<div class="charts">
${figure(rates, 'Rate', `successes per second${each}`, failures === undefined)}
${figure(failures, 'Failures', `per second${each}`)}
${figure(connected, 'Connected devices', 'devices with an association')}
${figure(memory, 'Memory', 'resident set of the bench')}
</div>`;
}

/** The distributions, all operations in one chart and then one by one. */
export function latencyCharts(charts: Charts, { operations }: BenchResult, hasBaseline: boolean): Html {
  const { percentiles, byOperation, intervalsEach } = charts;
  const dashed = hasBaseline ? '; dashed: the baseline' : '';
  return html`<div class="charts">
${figure(percentiles, 'By percentile', `ms${scale(percentiles)}, how long the fastest 50 %, 90 % ... took at most${dashed}`, true)}
</div>
${byOperation.map((it) => operationCharts(it, operations[it.operation]?.latency, intervalsEach))}`;
}

function operationCharts(
  { operation, latency, histogram }: OperationCharts,
  summary: { p50: number; p99: number } | undefined,
  intervalsEach: number,
): Html {
  if (latency === undefined && histogram === undefined) return html``;
  const figures = summary && `p50 ${milliseconds(summary.p50)}, p99 ${milliseconds(summary.p99)}`;
  const each = intervalsEach > 1 ? `, median and maximum of ${count(intervalsEach)} intervals each` : '';
  return html`<h3>${operation} <span class="quiet">${figures}</span></h3>
<div class="charts">
${figure(latency, 'Over time', `p50 and p99, ms${scale(latency)}${each}`)}
${figure(histogram, 'Histogram', 'operations by latency, logarithmic classes')}
</div>`;
}

function figure(chart: Chart | undefined, title: string, unit: string, wide = false): Html | false {
  if (chart === undefined) return false;
  return html`<figure${wide && html` class="wide"`}>
<figcaption><b>${title}</b> <span class="quiet">${unit}</span></figcaption>
<div class="plot" id="${chart.id}" role="img" aria-label="Chart: ${title}, ${unit}. Its numbers are in the tables of this page."></div>
</figure>`;
}

function scale(chart: Chart | undefined): string {
  return chart?.log ? ', logarithmic' : '';
}
