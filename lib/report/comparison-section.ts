import type { Comparison, Verdict } from './compare.js';
import { comparisonRows } from './comparison-rows.js';
import { percent } from './format-numbers.js';
import { type Html, html } from './html.js';
import { badge } from './page-summary.js';
import { numeric, table } from './page-tables.js';

const badges: Record<Verdict, string | undefined> = { better: 'good', worse: 'bad', same: 'plain', unknown: undefined };

/** A comparison as a fragment of HTML, as in the section of a page with a baseline. Its text is escaped. */
export function renderComparisonHtml(comparison: Comparison): string {
  return comparisonSection(comparison).markup;
}

export function comparisonSection(comparison: Comparison): Html {
  const { baseline, circumstances, tolerance } = comparison;
  const rows = comparisonRows(comparison).map(({ operation, measure, baseline: before, current, change, verdict }) => {
    const state = badges[verdict];
    return [operation, measure, before, current, change, state === undefined ? '' : badge(state, verdict)];
  });
  const columns = [
    { title: 'Operation' },
    { title: 'Measure' },
    ...numeric('baseline', 'this run', 'change'),
    { title: 'Verdict' },
  ];
  return html`<p>Baseline: <b>${baseline.scenario}</b> of ${baseline.startedAt}, lwm2m-tls ${baseline.version}. "Same" is within ${percent(tolerance)}.</p>
${table('comparison-table', 'Comparison', columns, rows)}
${circumstances.length > 0 && circumstanceTable(comparison)}`;
}

function circumstanceTable({ circumstances }: Comparison): Html {
  const rows = circumstances.map(({ path, baseline, current }) => [
    html`<code>${path}</code>`,
    baseline ?? 'absent',
    current ?? 'absent',
  ]);
  const columns = [{ title: 'What' }, { title: 'Baseline' }, { title: 'This run' }];
  return table('circumstances-table', 'What was not the same for both', columns, rows);
}
