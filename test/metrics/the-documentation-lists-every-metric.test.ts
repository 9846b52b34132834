import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { diagnosticsChannels } from 'lwm2m-tls';
import { type CounterName, counterNamesOf, metricHelp, metricNames, seriesOf } from '#lib/metrics/metric-table.js';
import { projectFolder } from '../helpers/project-folder.js';

const file = path.join(projectFolder, 'docs', 'observability.md');

test('the table of metrics is that of the code: what differs is to be copied from here', async (t) => {
  const expected = metricNames.map(
    (metric) => `| \`${metric}\` | ${counterNamesOf(metric).map(source).join('<br>')} | ${metricHelp[metric]} |`,
  );
  t.deepEqual(await table('| metric | from | what it tells |'), expected);
});

test('the table of channels has them all', async (t) => {
  const rows = await table('| channel | published | the message has |');
  const named = rows.map((row) => row.split('`')[1]);
  t.deepEqual(named, Object.values(diagnosticsChannels));
});

/** `handshakesTimedOut`: `reason="timeout"` */
function source(name: CounterName): string {
  const { label, isTotal } = seriesOf[name];
  const series = label === undefined ? '' : `: \`${label[0]}="${label[1]}"\``;
  return `\`${name}\`${isTotal ? ' less the others' : ''}${series}`;
}

/** The rows of the table with that head. */
async function table(head: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const begin = lines.indexOf(head) + 2;
  if (begin < 2) throw new Error(`no table '${head}' in ${file}`);
  const rows = lines.slice(begin);
  return rows.slice(
    0,
    rows.findIndex((line) => !line.startsWith('|')),
  );
}
