import test from 'ava';
import type { BenchResult } from '#lib/bench/bench-result.js';
import { compareResults, parseBenchResult, renderHtml } from '#lib/report/index.js';
import { emptyResult, sampleResult } from '../helpers/sample-result.js';

const code = 'ERR_INVALID_RESULT';

test('what a run has written is read back', (t) => {
  for (const result of [sampleResult(), emptyResult()]) {
    t.deepEqual(parseBenchResult(JSON.parse(JSON.stringify(result))), result);
  }
});

test('fields of a later version are kept', (t) => {
  const result = { ...sampleResult(), later: { more: 1 } };
  t.deepEqual(parseBenchResult(result), result as BenchResult);
});

test('another format says which was expected', (t) => {
  t.throws(() => parseBenchResult({ format: 'k6' }), { code, message: /format: got 'k6', expected 'lwm2m-tls-bench'/ });
  t.throws(() => parseBenchResult({}), { code, message: /format: got undefined/ });
  for (const value of [undefined, null, 1, 'text', []])
    t.throws(() => parseBenchResult(value), { code, message: /bench --json/ });
});

test('another version of the format is refused', (t) => {
  const newer = { ...sampleResult(), formatVersion: 2 };
  t.throws(() => parseBenchResult(newer), { code, message: /formatVersion: got 2, expected 1; a newer version/ });
  t.throws(() => parseBenchResult({ ...newer, formatVersion: '1' }), { code, message: /got '1', expected 1$/ });
});

test('what is wrong is told with the path to it', (t) => {
  const sample = sampleResult({ intervals: 3 });
  const refused = (change: object, message: RegExp): unknown =>
    t.throws(() => parseBenchResult({ ...sample, ...change }), { code, message });
  refused({ devices: '5' }, /devices: .*number/);
  refused({ end: 'done' }, /end: .*"completed"/);
  refused(
    { operations: { echo: { started: -1, succeeded: 0, failed: 0, perSecond: 0 } } },
    /operations\.echo\.started: /,
  );
  refused({ failures: [{ operation: 'echo', code: 1, count: 1, example: '' }] }, /failures\[0\]\.code: /);
  refused({ series: { ...sample.series, rss: [1] } }, /series\.rss: got 1 entries, expected 3/);
  refused({ scenario: 1, devices: 'x', target: 1, end: 1, cpu: 1 }, /; and 2 more$/);
});

test('a path with control characters does not reach the terminal', (t) => {
  const bad = { ...sampleResult(), operations: { '\u001b[2J': 1 } };
  const error = t.throws(() => parseBenchResult(bad), { code });
  t.false(error?.message.includes('\u001b'));
});

test('results that cannot be compared are refused', (t) => {
  const other = { ...sampleResult(), formatVersion: 2 } as unknown as BenchResult;
  t.throws(() => compareResults(other, sampleResult()), { code });
  t.throws(() => compareResults(sampleResult(), other), { code });
  t.throws(() => renderHtml(sampleResult(), { baseline: other }), { code });
});

test('a histogram that cannot be read is refused', (t) => {
  const sample = sampleResult();
  const echo = sample.operations['echo']!;
  const operations = { echo: { ...echo, latency: { ...echo.latency!, hdr: 'AAAA' } } };
  t.throws(() => renderHtml({ ...sample, operations }), { code, message: /HDR histogram/ });
});
