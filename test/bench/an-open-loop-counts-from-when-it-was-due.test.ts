import test from 'ava';
import { runScenario } from 'lwm2m-tls/bench';
import { dtlsTarget } from './targets.js';

test('a server that is slower than the arrivals shows in all percentiles', async (t) => {
  const server = await dtlsTarget(t, 1, (message, reply) => setTimeout(() => reply(message), 50));
  const result = await runScenario(
    {
      name: 'slow',
      devices: 1,
      setup: ['handshake'],
      steps: [{ type: 'echo' }],
      repeats: 20,
      load: { arrivalRate: 100 },
    },
    { target: server.target },
  );
  const latency = result.operations['echo']?.latency;
  t.is(result.operations['echo']?.succeeded, 20);
  // Each takes 50 ms and they are due every 10 ms: the 20th is 19 * 40 ms late when it begins.
  t.true((latency?.min ?? 0) >= 49);
  t.true((latency?.p50 ?? 0) >= 350, `p50 ${latency?.p50}`);
  t.true((latency?.max ?? 0) >= 760, `max ${latency?.max}`);
});

test('a closed loop waits for the server, and its latency is that of the server', async (t) => {
  const server = await dtlsTarget(t, 1, (message, reply) => setTimeout(() => reply(message), 50));
  const result = await runScenario(
    { name: 'slow', devices: 1, setup: ['handshake'], steps: ['echo'], repeats: 5, load: { concurrency: 1 } },
    { target: server.target },
  );
  t.is(result.operations['echo']?.succeeded, 5);
  t.true((result.operations['echo']?.latency?.min ?? 0) >= 49);
});

test('what was due and did not begin is a failure', async (t) => {
  const server = await dtlsTarget(t, 1, (message, reply) => setTimeout(() => reply(message), 100));
  const result = await runScenario(
    {
      ...{ name: 'slow', devices: 1, setup: ['handshake'], steps: ['echo'] },
      ...{ duration: 0.5, load: { arrivalRate: 100 } },
    },
    { target: server.target },
  );
  const backlog = result.failures.find(({ code }) => code === 'ERR_BACKLOG');
  t.is(backlog?.operation, 'iteration');
  t.true((backlog?.count ?? 0) > 20, `${backlog?.count}`);
});

test('a step with a rate keeps to it', async (t) => {
  const server = await dtlsTarget(t, 4, (message, reply) => reply(message));
  const startedAt = performance.now();
  const result = await runScenario(
    {
      name: 'steady',
      devices: 4,
      setup: ['handshake'],
      steps: [
        { type: 'echo', count: 10, rate: 50 },
        { type: 'send', count: 3 },
      ],
      load: { concurrency: 4 },
    },
    { target: server.target },
  );
  t.true(performance.now() - startedAt >= 180);
  t.is(result.operations['echo']?.succeeded, 40);
  t.is(result.operations['send']?.succeeded, 12);
  t.is(result.operations['send']?.latency, undefined);
});
