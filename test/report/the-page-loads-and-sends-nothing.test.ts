import test from 'ava';
import { renderHtml } from '#lib/report/index.js';
import { chromium, testWith } from '../helpers/foreign/tools.js';
import { withReport } from '../helpers/report-page.js';
import { sampleResult } from '../helpers/sample-result.js';

const html = renderHtml(sampleResult());

testWith(chromium, 'what is put into the page later does not run, load or send', async (t, tool) => {
  await withReport(t, tool, html, async ({ page, problems }) => {
    const blocked = await page.evaluate(`new Promise((resolve) => {
      const directives = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        directives.push(effectiveDirective);
        if (directives.length === 4) resolve(directives.sort());
      });
      document.body.insertAdjacentHTML('beforeend', '<img src="https://example.org/x"><p style="color:red">');
      const script = document.createElement('script');
      script.textContent = 'globalThis.caught = 1';
      document.body.append(script);
      fetch('https://example.org/').catch(() => {});
    })`);
    t.deepEqual(blocked, ['connect-src', 'img-src', 'script-src-elem', 'style-src-attr']);
    t.is(await page.evaluate('globalThis.caught'), undefined);
    // Chromium announces the picture before it asks the policy.
    const expected = /^console: .*Content Security Policy|^request: https:\/\/example\.org\/x$/;
    t.deepEqual(
      problems.filter((problem) => !expected.test(problem)),
      [],
    );
    (problems as string[]).length = 0;
  });
});

test('nothing in the page refers to another file', (t) => {
  t.false(/<(script|link|img|iframe|source)[^>]*\b(src|href)="(?!data:)/.test(html));
  t.false(/@import|url\((?!["']?data:)/.test(html));
});

test('its policy allows what it carries, by hash', (t) => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");
  t.regex(
    policy ?? '',
    /^default-src 'none'; script-src( 'sha256-[^']+'){2}; style-src( 'sha256-[^']+'){2}; img-src data:;/,
  );
});

test('the licence of uPlot comes with it', (t) => {
  t.true(/<script>\/\*\nuPlot[^*]+MIT[^*]+Leon Sorokin/.test(html));
});
