import test from 'ava';
import type { BenchResult } from '#lib/bench/bench-result.js';
import { compareResults, renderComparison, renderComparisonHtml, renderHtml } from '#lib/report/index.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { cellsOf, withReport } from '../helpers/report-page.js';
import { sampleResult } from '../helpers/sample-result.js';

const attack =
  '</script></style><!--<img src=x onerror="globalThis.caught=1"><script>globalThis.caught=1</script>\'&amp;';
const turned = 'device\u202egpj.exe\u001b[2J';

/** Wherever a text of a result can be. */
function hostileResult(): BenchResult {
  const sample = sampleResult();
  const operation = sample.operations['echo']!;
  const series = sample.series.operations['echo']!;
  return {
    ...sample,
    scenario: attack,
    configuration: { [attack]: attack, list: [attack], nested: { [turned]: turned } },
    target: { host: attack, address: attack, port: 1 },
    startedAt: attack,
    versions: { package: attack, node: attack, openssl: attack, platform: attack, cpu: attack, cores: 2 },
    operations: { [attack]: operation, [turned]: operation },
    failures: [{ operation: attack, code: attack, count: 1, example: attack }],
    series: { ...sample.series, operations: { [attack]: series, [turned]: series } },
    counters: { [attack]: 1, [`${attack} 0`]: 0 },
    server: { [attack]: 1, [`${attack} 0`]: 0 },
    thresholds: [{ expression: attack, value: 1, passed: true }],
  };
}

testWith(chromium, 'markup in any text of a result is shown, not run', async (t, tool) => {
  const result = hostileResult();
  await withReport(t, tool, renderHtml(result), async ({ page }) => {
    t.is(await page.evaluate('globalThis.caught'), undefined);
    t.is(await page.locator('img').count(), 0);
    t.is(await page.locator('h1').textContent(), attack);
    t.is((await cellsOf(page, 'operations-table'))[0]?.[0], attack);
    t.deepEqual((await cellsOf(page, 'failures-table'))[0], [attack, attack, '1', '100 %', attack]);
    t.is((await cellsOf(page, 'configuration-table'))[0]?.[0], attack);
    t.is(await page.locator('#chart-rates .u-label').nth(1).textContent(), attack);
    t.deepEqual(JSON.parse((await page.locator('#result').textContent()) ?? ''), result);
  });
});

testWith(chromium, 'characters that hide or turn text around are shown as what they are', async (t, tool) => {
  await withReport(t, tool, renderHtml(hostileResult()), async ({ page }) => {
    t.is((await cellsOf(page, 'operations-table'))[1]?.[0], 'device\\u{202e}gpj.exe\\u{1b}[2J');
  });
});

test('a comparison is text for a terminal and escaped in HTML', (t) => {
  const sample = sampleResult();
  const echo = sample.operations['echo']!;
  const hostile = { ...sample, scenario: attack, operations: { [attack]: echo, [turned]: echo } };
  const comparison = compareResults(sample, hostile);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left but the ends of lines
  t.notRegex(renderComparison(comparison), /[\u0000-\u0009\u000b-\u001f\u202e]/);
  t.notRegex(renderComparisonHtml(comparison), /<(script|img|!)/);
});
