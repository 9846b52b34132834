import test from 'ava';
import type { Histogram } from 'hdr-histogram-js';
import type { BenchResult } from '#lib/bench/bench-result.js';
import { compareResults, renderComparison, renderComparisonHtml, renderHtml } from '#lib/report/index.js';
import { emptyHistogram, emptyResult, sampleResult, summaryOf } from '../helpers/sample-result.js';

test('rates, percentiles and failures, each with its ratio', (t) => {
  const before = withLatencies([10, 10, 10, 40], { perSecond: 100, failed: 0 });
  const now = withLatencies([20, 20, 20, 20], { perSecond: 150, failed: 1 });
  const [echo] = compareResults(before, now).operations;
  t.like(echo, { operation: 'echo', in: 'both' });
  t.deepEqual(echo?.perSecond, { baseline: 100, current: 150, ratio: 1.5, verdict: 'better' });
  t.true(Math.abs((echo?.p50.ratio ?? 0) - 2) < 0.01);
  t.is(echo?.p50.verdict, 'worse');
  t.true(Math.abs((echo?.p99.ratio ?? 0) - 0.5) < 0.01);
  t.is(echo?.p99.verdict, 'better');
  t.deepEqual(echo?.failures, { baseline: 0, current: 0.2, ratio: null, verdict: 'worse' });
});

test('a run is the same as itself', (t) => {
  const { operations, circumstances, memory } = compareResults(sampleResult(), sampleResult());
  t.deepEqual(circumstances, []);
  t.is(memory.verdict, 'same');
  for (const { perSecond, p50, p90, p99, p999, failures, distance } of operations) {
    t.true([perSecond, p50, p90, p99, p999, failures].every(({ verdict }) => verdict === 'same'));
    t.is(distance, 0);
  }
});

test('the distance of two distributions is the largest difference of their shares', (t) => {
  const distance = (before: number[], now: number[]): number | null | undefined =>
    compareResults(withLatencies(before), withLatencies(now)).operations[0]?.distance;
  t.is(distance([1, 2, 3, 4], [5, 6, 7, 8]), 1);
  t.is(distance([1, 2, 3, 4], [1, 2, 30, 40]), 0.5);
  t.is(distance([1, 1, 2, 2], [1, 2]), 0);
});

test('the tolerance says what is still the same', (t) => {
  const [before, now] = [withLatencies([1], { perSecond: 100 }), withLatencies([1], { perSecond: 92 })];
  t.is(compareResults(before, now).operations[0]?.perSecond.verdict, 'worse');
  t.is(compareResults(before, now, { tolerance: 0.1 }).operations[0]?.perSecond.verdict, 'same');
  for (const tolerance of [-1, 2, Number.NaN]) {
    t.throws(() => compareResults(before, now, { tolerance }), { code: 'ERR_INVALID_OPTION' });
  }
});

test('an operation of one run only has no verdict', (t) => {
  const { operations } = compareResults(sampleResult(), emptyResult());
  t.deepEqual(
    operations.map((operation) => operation.in),
    ['baseline', 'baseline', 'baseline'],
  );
  t.like(operations[0], { perSecond: { current: null, ratio: null, verdict: 'unknown' }, distance: null });
  t.deepEqual(
    compareResults(emptyResult(), sampleResult()).operations.map((it) => it.in),
    ['current', 'current', 'current'],
  );
});

test('what was not the same for both runs is told', (t) => {
  const other = sampleResult({ scenario: 'echo', devices: 10 });
  const { circumstances } = compareResults(sampleResult(), {
    ...other,
    configuration: { ...other.configuration, extra: [1, 2] },
  });
  t.deepEqual(circumstances, [
    { path: 'scenario', baseline: 'mixed', current: 'echo' },
    { path: 'devices', baseline: '20,000', current: '10' },
    { path: 'configuration.devices', baseline: '20,000', current: '10' },
    { path: 'configuration.extra', baseline: null, current: '1, 2' },
  ]);
});

test('a comparison as text has a line for each figure', (t) => {
  const text = renderComparison(compareResults(sampleResult(), sampleResult({ seed: 2, devices: 10 })));
  t.regex(text, /^baseline {2}mixed, 20,000 devices, .*\ncurrent {3}mixed, 10 devices/);
  t.regex(text, /not the same: configuration\.devices: 20,000 -> 10/);
  t.regex(text, /handshake +│ per second +│ +\d+ │ +\d+ │ +[+-]?\d\.\d % │ same/);
  t.regex(text, /│ p99\.9 \(ms\) +│/);
  t.regex(text, /'same' is within 5 %$/);
});

test('a comparison as HTML is the section of a page with a baseline', (t) => {
  const [before, now] = [sampleResult(), sampleResult({ seed: 2 })];
  const section = renderComparisonHtml(compareResults(before, now));
  t.regex(section, /<th scope="row" rowspan="7">handshake<\/th><td>per second<\/td>/);
  t.true(renderHtml(now, { baseline: before }).includes(section));
  t.false(renderHtml(now).includes('comparison-table'));
});

function withLatencies(
  milliseconds: readonly number[],
  figures: { perSecond?: number; failed?: number } = {},
): BenchResult {
  const histogram: Histogram = emptyHistogram();
  for (const value of milliseconds) histogram.recordValue(value * 1_000);
  const { perSecond = 1, failed = 0 } = figures;
  const succeeded = milliseconds.length;
  const echo = { started: succeeded + failed, succeeded, failed, perSecond, latency: summaryOf(histogram) };
  return { ...emptyResult(), operations: { echo } };
}
