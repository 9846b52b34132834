import test from 'ava';
import { runScenario, type ScenarioOptions } from 'lwm2m-tls/bench';
import { SilentServer } from '../helpers/silent-server.js';
import { dtlsTarget, lwm2mTarget } from './targets.js';

const endless: ScenarioOptions = {
  name: 'endless',
  devices: 10,
  setup: ['handshake'],
  steps: [{ type: 'echo' }],
  load: { arrivalRate: 100 },
  duration: 3_600,
  interval: 50,
};

test('in the middle: the result is valid and no failure is counted', async (t) => {
  const server = await dtlsTarget(t, 10, (message, reply) => reply(message));
  const interruption = new AbortController();
  const result = await runScenario(endless, {
    target: server.target,
    signal: interruption.signal,
    onProgress: ({ operations }) => {
      if ((operations['echo']?.succeeded ?? 0) > 0) interruption.abort();
    },
  });
  t.is(result.end, 'interrupted');
  t.deepEqual(result.failures, []);
  t.true((result.operations['echo']?.succeeded ?? 0) > 0);
  t.is(result.operations['handshake']?.succeeded, 10);
});

test('in waits of any length', async (t) => {
  const server = await lwm2mTarget(t, 10);
  const interruption = new AbortController();
  server.once('register', () => interruption.abort());
  const result = await runScenario(
    { name: 'asleep', devices: 10, steps: ['handshake', 'register', { type: 'sleep', seconds: 604_800 }, 'wake'] },
    { target: server.target, signal: interruption.signal },
  );
  t.is(result.end, 'interrupted');
  t.deepEqual(result.failures, []);
});

test('while nobody answers', async (t) => {
  await using server = await SilentServer.open();
  const interruption = new AbortController();
  const result = await runScenario(endless, {
    target: { host: '127.0.0.1', port: server.port },
    signal: interruption.signal,
    onProgress: () => interruption.abort(),
  });
  t.is(result.end, 'interrupted');
  t.like(result.operations['handshake'], { started: 10, succeeded: 0, failed: 0 });
  t.deepEqual(result.failures, []);
});

test('before it has begun', async (t) => {
  const server = await dtlsTarget(t, 10, (message, reply) => reply(message));
  const result = await runScenario(endless, { target: server.target, signal: AbortSignal.abort() });
  t.is(result.end, 'interrupted');
  t.deepEqual(result.operations, {});
});
