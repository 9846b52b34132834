import test from 'ava';
import { type BenchResult, checkThreshold, parseThreshold } from 'lwm2m-tls/bench';

const latency = {
  min: 1,
  mean: 2,
  stddev: 1,
  p50: 2,
  p75: 3,
  p90: 4,
  p95: 5,
  p99: 20,
  p999: 30,
  max: 40,
  buckets: [],
  hdr: '',
};
const result = {
  operations: {
    handshake: { started: 200, succeeded: 198, failed: 2, perSecond: 50, latency },
    send: { started: 100, succeeded: 100, failed: 0, perSecond: 10 },
  },
  memory: { rssAtStart: 1, rssPeak: 100_000_000 },
} satisfies Pick<BenchResult, 'operations' | 'memory'>;

for (const [expression, value, passed] of [
  ['handshake.p99<200ms', 20, true],
  ['handshake.p99<20ms', 20, false],
  ['handshake.p99<=20ms', 20, true],
  ['handshake.p99 < 0.021 s', 20, true],
  ['handshake.p50<=1999us', 2, false],
  ['handshake.p50>1', 2, true],
  ['handshake.min>=1ms', 1, true],
  ['handshake.mean<3', 2, true],
  ['handshake.max<40', 40, false],
  ['handshake.rate>=50/s', 50, true],
  ['handshake.rate>50', 50, false],
  ['handshake.failed<1%', 1, false],
  ['handshake.failed<=1%', 1, true],
  ['handshake.failed<3', 2, true],
  ['handshake.succeeded>=99%', 99, true],
  ['handshake.started>=200', 200, true],
  ['failed<1%', (100 * 2) / 300, true],
  ['failed<=1', 2, false],
  ['rss<100MB', 100_000_000, false],
  ['rss<100MiB', 100_000_000, true],
  ['send.p99<1s', null, false],
  ['echo.failed<=0', null, false],
] as const) {
  test(`${expression} is ${passed ? 'met' : 'not met'}`, (t) => {
    t.deepEqual(checkThreshold(parseThreshold(expression), result), { expression, value, passed });
  });
}

for (const [expression, message] of [
  ['', /expected a form such as handshake\.p99<200ms/],
  ['handshake.p99', /expected a form/],
  ['handshake.p99=200ms', /expected a form/],
  ['handshake.p99<fast', /expected a form/],
  ['handshake.p99<-1ms', /expected a form/],
  ['handshake.p98<1ms', /there is no measure 'p98'/],
  ['handshake.fialed<1', /there is no measure 'fialed': did you mean 'failed'/],
  ['handshake.p99<1m', /p99 has no unit 'm': known are us, ms, s/],
  ['handshake.p99<1%', /p99 has no unit '%'/],
  ['p99<1ms', /p99 is of one operation/],
  ['handshake.rss<1MB', /rss is of the whole process/],
] as const) {
  test(`refused: '${expression}'`, (t) => {
    t.throws(() => parseThreshold(expression), { name: 'TlsError', code: 'ERR_INVALID_OPTION', message });
  });
}
