import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Html } from './html.js';

/** What every page carries inside: read once, when the first page is made. */
export interface PageAssets {
  readonly styles: Html;
  readonly scripts: Html;
  /** Allows these and nothing else: no address to load from or to send to. */
  readonly contentSecurityPolicy: string;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%232459d6'/%3E%3Cpath d='M3 11.5 6 7l2.5 2.5L13 4' fill='none' stroke='white' stroke-width='1.8'/%3E%3C/svg%3E";

let assets: PageAssets | undefined;

export function pageAssets(): PageAssets {
  assets ??= load();
  return assets;
}

export const pageIcon = new Html(`<link rel="icon" href="${ICON}">`);

function load(): PageAssets {
  const uplot = path.dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const ours = fileURLToPath(new URL('../../assets/report/', import.meta.url));
  const license = `/*\nuPlot, https://github.com/leeoniya/uPlot\n\n${read(uplot, 'LICENSE').trim()}\n*/\n`;
  const styles = [license + read(uplot, 'dist/uPlot.min.css'), read(ours, 'report.css')];
  const scripts = [license + read(uplot, 'dist/uPlot.iife.min.js'), read(ours, 'charts.mjs')];
  return {
    styles: new Html(styles.map((text) => `<style>${embeddable(text)}</style>`).join('\n')),
    scripts: new Html(
      `<script>${embeddable(scripts[0] as string)}</script>\n<script type="module">${embeddable(scripts[1] as string)}</script>`,
    ),
    contentSecurityPolicy: [
      "default-src 'none'",
      `script-src ${scripts.map(hashOf).join(' ')}`,
      `style-src ${styles.map(hashOf).join(' ')}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  };
}

/** As an HTML parser will see it, since that is what the hash is of. */
function read(folder: string, name: string): string {
  return readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function embeddable(text: string): string {
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error('a script or style sheet of the report would end its element');
  return text;
}
