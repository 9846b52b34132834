import Table from 'cli-table3';
import type { ComparedRun, Comparison } from './compare.js';
import { comparisonRows } from './comparison-rows.js';
import { count, percent } from './format-numbers.js';
import { visible } from './visible-text.js';

/** A comparison as text for a terminal or a log: what was compared, what was not the same, and a table. No colours. */
export function renderComparison(comparison: Comparison): string {
  const table = new Table({
    head: ['operation', 'measure', 'baseline', 'current', 'change', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  let last = '';
  for (const { operation, measure, baseline, current, change, verdict } of comparisonRows(comparison)) {
    const name = operation === last ? '' : visible(operation);
    table.push([name, measure, baseline, current, change, verdict === 'unknown' ? '' : verdict]);
    last = operation;
  }
  const { tolerance, circumstances } = comparison;
  return [
    `baseline  ${runText(comparison.baseline)}`,
    `current   ${runText(comparison.current)}`,
    ...circumstances.map(({ path, baseline, current }) => {
      return `not the same: ${visible(path)}: ${visible(baseline ?? 'absent')} -> ${visible(current ?? 'absent')}`;
    }),
    table.toString(),
    `'same' is within ${percent(tolerance)}`,
  ].join('\n');
}

function runText({ scenario, startedAt, devices, version }: ComparedRun): string {
  return visible(`${scenario}, ${count(devices)} devices, ${startedAt}, lwm2m-tls ${version}`);
}
