import test from 'ava';
import type { Page } from 'playwright-core';
import { renderHtml } from '#lib/report/index.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { withReport } from '../helpers/report-page.js';
import { sampleResult } from '../helpers/sample-result.js';

const overTime = ['chart-rates', 'chart-failures', 'chart-connected', 'chart-memory'];
const ofOperations = [0, 1, 2].flatMap((index) => [`chart-latency-${index}`, `chart-histogram-${index}`]);
const all = [...overTime, 'chart-percentiles', ...ofOperations];
const html = renderHtml(sampleResult());

for (const colorScheme of ['light', 'dark'] as const) {
  testWith(chromium, `${colorScheme}: every chart has its colours on its canvas`, async (t, tool) => {
    const check = async (page: Page): Promise<void> => {
      for (const id of all) {
        t.true((await painted(page, id, 'quiet')) > 20, `${id} has an axis`);
        t.true((await painted(page, id, await firstColor(page, id))) > 20, `${id} has its first series`);
      }
    };
    await withReport(t, tool, html, async ({ page }) => check(page), { colorScheme });
  });
}

testWith(chromium, 'another colour scheme, and the printer, get charts of their own', async (t, tool) => {
  await withReport(t, tool, html, async ({ page }) => {
    const light = await colorOf(page, 'series-1');
    await page.emulateMedia({ colorScheme: 'dark' });
    t.not(await colorOf(page, 'series-1'), light);
    t.true((await painted(page, 'chart-rates', 'series-1')) > 20);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    t.is(await colorOf(page, 'series-1'), light);
    t.true((await painted(page, 'chart-rates', 'series-1')) > 20);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    t.not(await colorOf(page, 'series-1'), light);
    t.is(await page.locator('canvas').count(), all.length);
  });
});

testWith(chromium, 'the cursor shows the figures of one moment in all charts over time', async (t, tool) => {
  const result = sampleResult();
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    const plot = page.locator('#chart-rates .u-over');
    await plot.hover();
    const [time = '', handshakes = ''] = await page.locator('#chart-rates .u-value').allTextContents();
    const index = result.series.time.indexOf(Number.parseFloat(time));
    t.is(handshakes, `${result.series.operations['handshake']?.succeeded[index]}/s`);
    t.is(await page.locator('#chart-memory .u-value').first().textContent(), time);
  });
});

testWith(chromium, 'a part of the run can be seen from nearer', async (t, tool) => {
  await withReport(t, tool, html, async ({ page }) => {
    await page.locator('#chart-rates').scrollIntoViewIfNeeded();
    const box = await page.locator('#chart-rates .u-over').boundingBox();
    if (box === null) return t.fail();
    const before = await page.locator('#chart-connected canvas').screenshot();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(0, 0);
    const zoomed = await page.locator('#chart-connected canvas').screenshot();
    t.false(zoomed.equals(before));
    await page.mouse.dblclick(box.x + box.width / 2, box.y + 50);
    await page.mouse.move(0, 0);
    t.true((await page.locator('#chart-connected canvas').screenshot()).equals(before));
  });
});

testWith(chromium, 'charts follow the width of the window', async (t, tool) => {
  await withReport(t, tool, html, async ({ page }) => {
    await page.setViewportSize({ width: 500, height: 900 });
    const fits =
      "document.querySelector('#chart-rates canvas').clientWidth === document.querySelector('#chart-rates').clientWidth";
    await t.notThrowsAsync(page.waitForFunction(fits));
  });
});

test('a baseline is drawn beside', (t) => {
  const charts = JSON.parse(
    /id="charts">(.*)<\/script>/.exec(renderHtml(sampleResult(), { baseline: sampleResult({ seed: 2 }) }))?.[1] ?? '',
  );
  const percentiles = charts.find(({ id }: { id: string }) => id === 'chart-percentiles');
  const dashed = percentiles.series.filter(({ dashed: isDashed }: { dashed: boolean }) => isDashed);
  t.deepEqual(
    dashed.map(({ label }: { label: string }) => label),
    ['handshake, baseline', 'register, baseline', 'echo, baseline'],
  );
});

/** How many pixels of a chart have a colour of the style sheet, or nearly. */
async function painted(page: Page, id: string, color: string): Promise<number> {
  const hex = Number.parseInt((await colorOf(page, color)).slice(1), 16);
  const wanted = JSON.stringify([hex >> 16, (hex >> 8) & 255, hex & 255]);
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#${id} canvas');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
    let count = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      const isNear = ${wanted}.every((part, index) => Math.abs(pixels[at + index] - part) < 24);
      if (isNear && pixels[at + 3] > 128) count += 1;
    }
    return count;
  })()`);
}

async function colorOf(page: Page, name: string): Promise<string> {
  return page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--${name}').trim()`);
}

async function firstColor(page: Page, id: string): Promise<string> {
  const charts = JSON.parse((await page.locator('#charts').textContent()) ?? '');
  return charts.find((chart: { id: string }) => chart.id === id).series[0].color;
}
