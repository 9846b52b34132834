import type { BenchResult } from '../bench/bench-result.js';
import { optionsRecord } from '../options/check.js';
import { allCharts, chartsOf } from './charts.js';
import { compareResults } from './compare.js';
import { comparisonSection } from './comparison-section.js';
import { embeddedJson, type Html, html } from './html.js';
import { pageAssets, pageIcon } from './page-assets.js';
import { latencyCharts, timeCharts } from './page-charts.js';
import { pageHeader, summaryCards, targetText } from './page-summary.js';
import {
  configurationTable,
  counterTable,
  environmentTable,
  failureTable,
  operationTable,
  seriesTable,
  thresholdTable,
} from './page-tables.js';

/** What {@link renderHtml} takes. */
export interface HtmlOptions {
  /** An earlier result to compare with: adds a section, and dashed curves of percentiles. Default: none. */
  baseline?: BenchResult;
}

/**
 * A result as one HTML page that needs nothing else: charts, tables, and the result itself as JSON in the element with the
 * id `result`. It can be mailed, archived, and opened from a file; its content security policy lets it load and send
 * nothing. `docs/report.md` says what it shows. Throws `ERR_INVALID_RESULT` when the two results cannot be compared or a
 * histogram cannot be read, `ERR_UNKNOWN_OPTION` for an option that does not exist.
 */
export function renderHtml(result: BenchResult, options: HtmlOptions = {}): string {
  optionsRecord(options, 'the HTML options', ['baseline']);
  const { baseline } = options;
  const comparison = baseline && compareResults(baseline, result);
  const charts = chartsOf(result, baseline);
  const { styles, scripts, contentSecurityPolicy } = pageAssets();
  const sections = [
    result.thresholds.length > 0 && section('thresholds', 'Thresholds', thresholdTable(result)),
    section('operations', 'Operations', operations(result)),
    result.failures.length > 0 && section('failures', 'Failures', failureTable(result)),
    comparison && section('comparison', 'Compared with the baseline', comparisonSection(comparison)),
    charts.connected && section('time', 'Over time', timeCharts(charts)),
    charts.percentiles && section('latency', 'Latency', latencyCharts(charts, result, baseline !== undefined)),
    section('counters', 'Counters', counters(result)),
    section('configuration', 'Configuration', sideBySide(configurationTable(result), environmentTable(result))),
    result.series.time.length > 0 && section('numbers', 'Numbers behind the charts', numbers(result)),
  ].filter((it) => it !== false && it !== undefined);

  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="lwm2m-tls ${result.versions.package}">
<title>${result.scenario}: ${targetText(result)}, ${result.startedAt}</title>
${pageIcon}
${styles}
</head>
<body>
<main>
${pageHeader(result)}
${summaryCards(result)}
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<noscript><p class="note">The charts need JavaScript; every number of them is in the tables as well.</p></noscript>
${sections.map(({ markup }) => markup)}
<footer><p>Latencies count from when an operation was due, so that a fleet that falls behind is not flattered. Made by lwm2m-tls ${result.versions.package} with uPlot; the page loads and sends nothing.</p></footer>
</main>
<script type="application/json" id="result">${embeddedJson(result)}</script>
<script type="application/json" id="charts">${embeddedJson(allCharts(charts))}</script>
${scripts}
</body>
</html>
`.markup;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly markup: Html;
}

function section(id: string, title: string, content: Html): Section {
  return { id, title, markup: html`<section id="${id}">\n<h2>${title}</h2>\n${content}\n</section>\n` };
}

function operations(result: BenchResult): Html {
  return Object.keys(result.operations).length > 0
    ? operationTable(result)
    : html`<p class="note">Nothing was started.</p>`;
}

function counters({ counters: ofTheFleet, server }: BenchResult): Html {
  const ofTheServer =
    server === undefined
      ? html`<p class="note">The counters of the server could not be read.</p>`
      : counterTable('server-counters-table', 'The server', server);
  return sideBySide(counterTable('fleet-counters-table', 'The fleet', ofTheFleet), ofTheServer);
}

function sideBySide(left: Html, right: Html): Html {
  return html`<div class="columns">\n<div>${left}</div>\n<div>${right}</div>\n</div>`;
}

function numbers(result: BenchResult): Html {
  return html`<details><summary>Show the table</summary>${seriesTable(result)}</details>`;
}
