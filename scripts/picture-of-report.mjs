/**
 * Renders a result of the bench and takes docs/report.png, the picture of the README, with Chromium:
 *
 *   node scripts/picture-of-report.mjs RESULT.json [PICTURE.png]
 *
 * The picture is the top of the page in a window of 1200 x 1040. Fails when it is larger than 200 KB.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { parseBenchResult, renderHtml, writeReport } from '../dist/report/index.js';

const viewport = { width: 1_200, height: 1_040 };
const largest = 200_000;
/** What the picture leaves out, so that charts fit in: the page has it all the same. */
const leftOut = '#thresholds, #failures, #comparison, nav { display: none }';

const [input, output = path.resolve(import.meta.dirname, '../docs/report.png')] = process.argv.slice(2);
if (input === undefined) throw new Error('usage: node scripts/picture-of-report.mjs RESULT.json [PICTURE.png]');

const result = parseBenchResult(JSON.parse(await readFile(input, 'utf8')));
const folder = await mkdtemp(path.join(tmpdir(), 'picture-'));
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const file = path.join(folder, 'report.html');
  await writeReport(file, renderHtml(result));
  const context = await browser.newContext({ viewport, colorScheme: 'light', offline: true, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.addStyleTag({ content: leftOut });
  await page.waitForSelector('html[data-charts=drawn]', { state: 'attached' });
  const picture = await page.screenshot();
  if (picture.length > largest) throw new Error(`the picture has ${picture.length} bytes, expected at most ${largest}`);
  await writeFile(output, picture);
  process.stdout.write(`${output}: ${picture.length} bytes\n`);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
