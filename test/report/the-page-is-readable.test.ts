import test from 'ava';
import { renderHtml } from '#lib/report/index.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { withReport } from '../helpers/report-page.js';
import { sampleResult } from '../helpers/sample-result.js';

const failed = { expression: 'echo.p99<1ms', value: 1.6, passed: false };
const thresholds = [...sampleResult().thresholds, failed];
const html = renderHtml(sampleResult({ override: { thresholds, end: 'interrupted' } }), {
  baseline: sampleResult({ seed: 3 }),
});

/** Of WCAG 2.2, level AA, for text that is not large. */
const LEAST_CONTRAST = 4.5;

for (const colorScheme of ['light', 'dark'] as const) {
  testWith(chromium, `${colorScheme}: every text has enough contrast`, async (t, tool) => {
    await withReport(t, tool, html, async ({ page }) => void t.deepEqual(await page.evaluate(faintTexts), []), {
      colorScheme,
    });
  });
}

testWith(chromium, 'every cell of every table has a head, and every table and chart a name', async (t, tool) => {
  await withReport(t, tool, html, async ({ page }) => {
    t.is(await page.locator('th:not([scope])').count(), 0);
    t.is(await page.locator('table.scroll, .scroll table:not(:has(caption))').count(), 0);
    t.is(await page.locator('.scroll tbody tr').count(), await page.locator('.scroll tbody tr:has(td)').count());
    t.is(await page.locator('.plot:not([role=img][aria-label])').count(), 0);
    t.is(await page.locator('html[lang=en]').count(), 1);
    t.true((await page.title()).startsWith('mixed: localhost:5684'));
  });
});

testWith(chromium, 'a small screen scrolls tables, not the page', async (t, tool) => {
  const viewport = { width: 360, height: 700 };
  await withReport(
    t,
    tool,
    html,
    async ({ page }) => {
      t.is(await page.evaluate('document.documentElement.scrollWidth'), viewport.width);
      t.true(await page.evaluate("document.querySelector('#chart-rates canvas').clientWidth <= 360"));
    },
    { viewport },
  );
});

test('without JavaScript the page says where the numbers are', (t) => {
  t.regex(html, /<noscript>[\s\S]*tables[\s\S]*<\/noscript>/);
});

/** Runs in the page: texts whose colour is too near to what is behind them. */
const faintTexts = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3) return color;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.textContent.trim() === '' || element.closest('noscript')) continue;
    const [low, high] = [luminance(channels(getComputedStyle(element).color)), luminance(background(element))].sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < ${LEAST_CONTRAST}) faint.add(element.outerHTML.slice(0, 120));
  }
  return [...faint];
})()`;
