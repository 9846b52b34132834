import test from 'ava';
import { renderHtml } from '#lib/report/index.js';
import { pointsOf } from '#lib/report/points.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { cellsOf, withReport } from '../helpers/report-page.js';
import { emptyResult, sampleResult } from '../helpers/sample-result.js';

testWith(chromium, 'nothing was started: the page says so', async (t, tool) => {
  await withReport(t, tool, renderHtml(emptyResult()), async ({ page }) => {
    t.is(await page.locator('#operations .note').textContent(), 'Nothing was started.');
    t.is(await page.locator('canvas').count(), 0);
    t.is(await page.locator('#card-latency .value').textContent(), '–');
    t.true(((await page.locator('header').textContent()) ?? '').includes('Interrupted'));
  });
});

testWith(chromium, 'one interval: its points are drawn', async (t, tool) => {
  await withReport(t, tool, renderHtml(sampleResult({ intervals: 1 })), async ({ page }) => {
    t.is((await cellsOf(page, 'series-table')).length, 1);
    t.is(await page.locator('#chart-rates canvas').count(), 1);
  });
});

testWith(chromium, 'nothing but failures: a page without latencies', async (t, tool) => {
  const sample = sampleResult({ intervals: 3 });
  const none = [null, null, null];
  const result = {
    ...sample,
    operations: { handshake: { started: 5, succeeded: 0, failed: 5, perSecond: 0 } },
    series: {
      ...sample.series,
      operations: { handshake: { succeeded: [0, 0, 0], failed: [2, 2, 1], p50: none, p99: none } },
    },
  };
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    t.is(await page.locator('#card-failures .value').textContent(), '5');
    t.deepEqual((await cellsOf(page, 'operations-table'))[0]?.slice(0, 6), ['handshake', '5', '0', '5', '0', '–']);
    t.is(await page.locator('#chart-failures canvas').count(), 1);
    t.is(await page.locator('#latency').count(), 0);
  });
});

testWith(chromium, '10,000 intervals: a page that stays small', async (t, tool) => {
  const result = sampleResult({
    intervals: 10_000,
    operations: { echo: { rate: 40, median: 1, spread: 0.3, failing: 0 } },
  });
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const rows = await cellsOf(page, 'series-table');
    t.true(rows.length <= 200);
    t.is(rows.at(-1)?.[0], '10000.0');
    const charts = JSON.parse((await page.locator('#charts').textContent()) ?? '');
    t.true(charts.every(({ x }: { x: number[] }) => x.length <= 800));
    t.true(((await page.locator('figcaption').first().textContent()) ?? '').includes('mean of 13 intervals each'));
    const whole = JSON.parse((await page.locator('#result').textContent()) ?? '');
    t.is(whole.series.time.length, 10_000);
  });
});

test('a point of several intervals has their mean rate, the median of p50 and the highest p99', (t) => {
  const points = pointsOf(
    {
      intervalMilliseconds: 1_000,
      time: [1, 2, 3, 4, 5, 6],
      connected: [1, 2, 3, 4, 5, 6],
      rss: [9, 1, 1, 2, 3, 1],
      operations: {
        echo: {
          succeeded: [3, 0, 6, 1, 1, 1],
          failed: [0, 0, 3, 0, 0, 0],
          p50: [5, null, 7, 1, 3, 2],
          p99: [9, null, 8, 4, 6, 5],
        },
      },
    },
    2,
  );
  t.deepEqual(points, {
    intervalsEach: 3,
    time: [3, 6],
    connected: [3, 6],
    rss: [9, 3],
    operations: [{ name: 'echo', succeededPerSecond: [3, 1], failedPerSecond: [1, 0], p50: [5, 2], p99: [9, 6] }],
  });
});

test('a short last interval does not become a peak', (t) => {
  const columns = { succeeded: [10, 10, 2], failed: [0, 0, 0], p50: [1, 1, 1], p99: [1, 1, 1] };
  const series = { intervalMilliseconds: 1_000, time: [1, 2, 2.01], connected: [1, 1, 0], rss: [1, 1, 1] };
  const points = pointsOf({ ...series, operations: { echo: columns } }, 800);
  t.deepEqual(points.time, [1, 2.01]);
  t.true((points.operations[0]?.succeededPerSecond[1] ?? 0) < 12);
});
