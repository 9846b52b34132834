/** Reports, opened in a browser that has no network. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { atMost } from './at-most.js';
import type { Tool } from './foreign/tools.js';

export interface OpenReport {
  readonly page: Page;
  /** What a reader would have to complain about: console errors, exceptions, requests. */
  readonly problems: readonly string[];
}

/** AVA starts all tests of a file at once; a browser with many pages is slow in each. */
const inTurn = atMost(1);

/** A machine that does much else takes long to start a browser. */
const PATIENCE = 120_000;

let launched: Promise<Browser> | undefined;

test.after.always(async () => (await launched)?.close());

/** Opens a page from a file, waits until its charts are drawn, and fails the test for any problem that `body` leaves. */
export async function withReport(
  t: ExecutionContext,
  { command }: Tool,
  html: string,
  body: (report: OpenReport) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  return inTurn(async () => openAndCheck(t, command, html, body, options));
}

async function openAndCheck(
  t: ExecutionContext,
  command: string,
  html: string,
  body: (report: OpenReport) => Promise<void>,
  options: BrowserContextOptions,
): Promise<void> {
  t.timeout(PATIENCE);
  launched ??= chromium.launch({
    executablePath: command,
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND'],
  });
  const browser = await launched;
  const folder = await mkdtemp(path.join(tmpdir(), 'report-'));
  const context = await browser.newContext({ offline: true, viewport: { width: 1_280, height: 900 }, ...options });
  try {
    const file = path.join(folder, 'report.html');
    await writeFile(file, html);
    const url = pathToFileURL(file).href;
    const page = await context.newPage();
    const problems = watched(page, url);
    await page.goto(url);
    await page.waitForSelector('html[data-charts=drawn]', { state: 'attached' });
    await body({ page, problems });
    t.deepEqual(problems, []);
  } finally {
    await context.close();
    await rm(folder, { recursive: true });
  }
}

/** The cells of a table by its id, row by row without the head. */
export async function cellsOf(page: Page, id: string): Promise<string[][]> {
  return page.evaluate(`Array.from(document.querySelectorAll('#${id} tbody tr'), (row) =>
    Array.from(row.children, (cell) => cell.textContent))`);
}

function watched(page: Page, own: string): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== own && !request.url().startsWith('data:')) problems.push(`request: ${request.url()}`);
  });
  return problems;
}
