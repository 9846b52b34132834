import test from 'ava';
import { arrivalTimes } from '#lib/bench/arrivals.js';
import { assignFlows } from '#lib/bench/flow-assignment.js';
import type { LoadSettings } from '#lib/bench/scenario-schema.js';
import { SeededRandom } from '#lib/bench/seeded-random.js';

function times(load: Partial<LoadSettings>, count: number, seed = 1): number[] {
  const settings = { arrivalRate: 100, distribution: 'constant', rampUp: 0, ...load } as LoadSettings;
  const arrivals = arrivalTimes(settings, new SeededRandom(seed));
  return Array.from({ length: count }, () => arrivals.next().value);
}

test('at a constant rate the gaps are equal', (t) => {
  t.deepEqual(times({}, 5).map(Math.round), [0, 10, 20, 30, 40]);
});

test('as a Poisson process the rate is the same, the gaps are exponential, and the seed decides', (t) => {
  const count = 20_000;
  const poisson = times({ distribution: 'poisson' }, count);
  t.true(Math.abs((poisson.at(-1) ?? 0) / 1_000 - count / 100) < 10);
  const gaps = poisson.slice(1).map((time, index) => time - (poisson[index] ?? 0));
  t.true(gaps.every((gap) => gap >= 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  t.true(Math.abs(Math.sqrt(variance) / mean - 1) < 0.05, 'the standard deviation is the mean');
  t.deepEqual(times({ distribution: 'poisson' }, 10, 7), times({ distribution: 'poisson' }, 10, 7));
  t.notDeepEqual(times({ distribution: 'poisson' }, 10, 7), times({ distribution: 'poisson' }, 10, 8));
});

test('in a ramp the rate grows evenly to what was asked for', (t) => {
  const ramp = times({ rampUp: 10 }, 1_000);
  const between = (from: number, to: number) => ramp.filter((time) => time >= from * 1_000 && time < to * 1_000).length;
  t.true(Math.abs(between(0, 5) - 125) <= 1);
  t.true(Math.abs(between(5, 10) - 375) <= 1);
  t.true(Math.abs(between(10, 12) - 200) <= 1);
});

test('flows are given by weight, and evenly', (t) => {
  const flows = (['a', 'b', 'c'] as const).map((name, index) => ({
    ...{ name, weight: [6, 3, 1][index] as number, setup: [], steps: [], teardown: [] },
  }));
  const given = assignFlows(flows, 1_000).map(({ name }) => name);
  const count = (name: string, list = given) => list.filter((it) => it === name).length;
  t.deepEqual([count('a'), count('b'), count('c')], [600, 300, 100]);
  t.deepEqual([count('a', given.slice(0, 10)), count('b', given.slice(0, 10))], [6, 3]);
  t.is(assignFlows(flows, 1)[0]?.name, 'a');
});

test('random numbers are spread evenly, from 0 and below 1', (t) => {
  const random = new SeededRandom(0);
  const counts = new Array(10).fill(0);
  for (let index = 0; index < 100_000; index += 1) counts[random.below(10)] += 1;
  t.true(
    counts.every((count) => Math.abs(count - 10_000) < 500),
    counts.join(),
  );
});
