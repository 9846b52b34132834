import test from 'ava';
import { TargetLiveness } from '#lib/bench/target-liveness.js';

const settings = { lostAfter: 10, devices: 1_000, atOnce: 1_000 };

test('while something succeeds it is not lost', (t) => {
  const liveness = new TargetLiveness(settings);
  for (let second = 1; second <= 100; second += 1) {
    t.false(liveness.isLost({ open: 500, succeeded: second, failed: 100 * second }, 1_000));
  }
});

test('many that hang, or fail, for the whole time make it lost', (t) => {
  for (const answersAt of [
    () => ({ open: 10, succeeded: 0, failed: 0 }),
    (second: number) => ({ open: 0, succeeded: 0, failed: 10 * second }),
  ]) {
    const liveness = new TargetLiveness(settings);
    for (let second = 1; second < 10; second += 1) t.false(liveness.isLost(answersAt(second), 1_000));
    t.true(liveness.isLost(answersAt(10), 1_000));
  }
});

test('a few that hang do not, unless they are all', (t) => {
  const some = new TargetLiveness(settings);
  const all = new TargetLiveness({ ...settings, devices: 3, atOnce: 3 });
  const answers = { open: 3, succeeded: 0, failed: 0 };
  t.false(some.isLost(answers, 1_000_000));
  t.true(all.isLost(answers, 1_000_000));
});

test('time in which nothing is asked does not count', (t) => {
  const liveness = new TargetLiveness(settings);
  t.false(liveness.isLost({ open: 0, succeeded: 0, failed: 50 }, 1_000));
  for (let hour = 0; hour < 10; hour += 1) {
    t.false(liveness.isLost({ open: 0, succeeded: 0, failed: 50 }, 3_600_000));
  }
});
