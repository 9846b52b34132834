import test from 'ava';
import { renderHtml } from '#lib/report/index.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { cellsOf, withReport } from '../helpers/report-page.js';
import { sampleResult } from '../helpers/sample-result.js';

testWith(chromium, 'the table of operations has the figures of the result', async (t, tool) => {
  const result = sampleResult();
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const rows = await cellsOf(page, 'operations-table');
    t.deepEqual(
      rows.map(([name]) => name),
      ['handshake', 'register', 'echo'],
    );
    for (const [name = '', started, succeeded, failed, perSecond, ...latencies] of rows) {
      const operation = result.operations[name] ?? t.fail();
      t.is(numberOf(started), operation.started);
      t.is(numberOf(succeeded), operation.succeeded);
      t.is(numberOf(failed), operation.failed);
      t.true(isNear(perSecond, operation.perSecond));
      const { min, mean, p50, p75, p90, p95, p99, p999, max } = operation.latency ?? t.fail();
      const expected = [min, mean, p50, p75, p90, p95, p99, p999, max];
      t.is(latencies.length, expected.length);
      t.true(latencies.every((text, index) => isNear(text, expected[index])));
    }
  });
});

testWith(chromium, 'the cards sum up the run', async (t, tool) => {
  const result = sampleResult();
  const all = Object.values(result.operations);
  const sum = (what: 'succeeded' | 'failed'): number => all.reduce((total, operation) => total + operation[what], 0);
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const value = async (card: string): Promise<string> =>
      (await page.locator(`#card-${card} .value`).textContent()) ?? '';
    t.true(isNear(await value('rate'), sum('succeeded') / result.durationSeconds));
    t.is(numberOf(await value('failures')), sum('failed'));
    t.is(numberOf(await value('devices')), 20_000);
    const [p50, p99] = (await value('latency')).replace(' ms', '').split(' / ');
    t.true(isNear(p50, result.operations['echo']?.latency?.p50));
    t.true(isNear(p99, result.operations['echo']?.latency?.p99));
    t.regex(await value('memory'), /^10\d MiB$/);
  });
});

testWith(chromium, 'failures, thresholds, counters, settings and versions are there', async (t, tool) => {
  const thresholds = [
    { expression: 'handshake.p99<20ms', value: 27.25, passed: false },
    { expression: 'update.rate>=5/s', value: null, passed: false },
    { expression: 'rss<2GB', value: 2 ** 20, passed: true },
  ];
  const result = sampleResult({ override: { thresholds } });
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const failures = await cellsOf(page, 'failures-table');
    t.deepEqual(
      failures.map((cells) => numberOf(cells.at(-3))),
      result.failures.map(({ count }) => count),
    );
    t.deepEqual(await cellsOf(page, 'thresholds-table'), [
      ['handshake.p99<20ms', '27.3 ms', 'Not met'],
      ['update.rate>=5/s', 'nothing to measure', 'Not met'],
      ['rss<2GB', '1.00 MiB', 'Met'],
    ]);
    t.true(((await page.locator('header').textContent()) ?? '').includes('2 of 3 thresholds not met'));
    t.deepEqual((await cellsOf(page, 'server-counters-table'))[0], ['handshakesCompleted', '49,101']);
    t.true(contains(await cellsOf(page, 'configuration-table'), ['arrival.rate', '820']));
    t.true(contains(await cellsOf(page, 'environment-table'), ['Node.js', result.versions.node]));
  });
});

testWith(chromium, 'every interval has a row', async (t, tool) => {
  const result = sampleResult({ intervals: 20 });
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const rows = await cellsOf(page, 'series-table');
    t.is(rows.length, 20);
    const { handshake } = result.series.operations;
    for (const [index, [time, connected, , perSecond]] of rows.entries()) {
      t.is(Number(time), index + 1);
      t.is(numberOf(connected), result.series.connected[index] ?? Number.NaN);
      t.true(isNear(perSecond, handshake?.succeeded[index]));
    }
  });
});

testWith(chromium, 'the result itself is in the page', async (t, tool) => {
  const result = sampleResult();
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    t.deepEqual(JSON.parse((await page.locator('#result').textContent()) ?? ''), result);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the result' }).click();
    t.is((await download).suggestedFilename(), 'result.json');
  });
});

test('an option that does not exist is refused', (t) => {
  const options = { baselin: sampleResult() } as object;
  t.throws(() => renderHtml(sampleResult(), options), { code: 'ERR_UNKNOWN_OPTION', message: /'baseline'/ });
});

function numberOf(text: string | undefined): number {
  return Number(text?.replaceAll(',', ''));
}

/** Within the three figures that are shown. */
function isNear(text: string | undefined, value: number | undefined): boolean {
  return value !== undefined && Math.abs(numberOf(text) - value) <= Math.abs(value) * 0.005;
}

function contains(rows: readonly string[][], row: readonly string[]): boolean {
  return rows.some((other) => other.join('\n') === row.join('\n'));
}
