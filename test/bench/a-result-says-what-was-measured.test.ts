import test from 'ava';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { type BenchProgress, parseScenario, runScenario } from 'lwm2m-tls/bench';
import { lwm2mTarget } from './targets.js';

const key = '000102030405060708090a0b0c0d0e0f';

test('a result is complete, holds JSON only, and no key', async (t) => {
  const server = await lwm2mTarget(t, 0);
  for (let index = 0; index < 10; index += 1) server.identities.set(`device ${index}`, Buffer.from(key, 'hex'));
  const progress: BenchProgress[] = [];
  const result = await runScenario(
    {
      name: 'small',
      devices: 10,
      psk: { identity: 'device %d', key },
      steps: ['handshake', 'register', { type: 'idle', seconds: 0.2 }, 'close'],
      interval: 50,
    },
    {
      target: server.target,
      thresholds: ['handshake.p99<1s', 'handshake.p99<1us', 'echo.p50<1s'],
      onProgress: (now) => progress.push(now),
    },
  );
  t.deepEqual(JSON.parse(JSON.stringify(result)), result);
  t.false(JSON.stringify(result).includes(key));
  t.like(result, {
    format: 'lwm2m-tls-bench',
    formatVersion: 1,
    scenario: 'small',
    target: { ...server.target, address: '127.0.0.1' },
    devices: 10,
    end: 'completed',
    failures: [],
  });
  t.deepEqual(Object.keys(result.operations), ['handshake', 'register', 'idle']);
  const { handshake, idle } = result.operations;
  t.like(handshake, { started: 10, succeeded: 10, failed: 0 });
  t.is(idle?.latency, undefined);
  const latency = handshake?.latency;
  t.true(
    latency !== undefined && latency.min <= latency.p50 && latency.p50 <= latency.p99 && latency.p99 <= latency.max,
  );
  t.is(
    latency?.buckets.reduce((sum, [, count]) => sum + count, 0),
    10,
  );
  t.is(decodeFromCompressedBase64(latency?.hdr ?? '').totalCount, 10);

  const { series } = result;
  const columns = [
    series.connected,
    series.rss,
    ...Object.values(series.operations).flatMap((it) => Object.values(it)),
  ];
  t.true(series.time.length > 1);
  for (const column of columns) t.is(column.length, series.time.length);
  t.is(
    series.operations['handshake']?.succeeded.reduce((sum, count) => sum + count, 0),
    10,
  );
  t.true(series.connected.includes(10));

  t.is(result.counters['handshakesCompleted'], 10);
  t.true(result.memory.rssPeak >= result.memory.rssAtStart);
  t.deepEqual(
    result.thresholds.map(({ passed }) => passed),
    [true, false, false],
  );
  t.is(result.thresholds[2]?.value, null);
  t.true(progress.some(({ connected, devices, phase }) => connected === 10 && devices === 10 && phase === 'steps'));
});

test('a configuration can be run again', async (t) => {
  const server = await lwm2mTarget(t, 3);
  const scenario = parseScenario({ name: 'again', devices: 3, steps: ['handshake', 'close'], sessions: 'id' });
  const first = await runScenario(scenario, { target: server.target });
  const { psk: _, ...configuration } = first.configuration;
  const second = await runScenario(configuration as never, { target: server.target });
  t.deepEqual(second.configuration, first.configuration);
  t.is(second.operations['handshake']?.succeeded, 3);
});
