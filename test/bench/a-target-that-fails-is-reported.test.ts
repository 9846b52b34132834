import test from 'ava';
import { runScenario, type ScenarioOptions } from 'lwm2m-tls/bench';
import { freePort } from '../helpers/free-port.js';
import { SilentServer } from '../helpers/silent-server.js';
import { dtlsTarget, impatient, lwm2mTarget } from './targets.js';

const storm: ScenarioOptions = { name: 'storm', devices: 12, steps: ['handshake', 'close'], lostAfter: 1 };

test('nobody listens', async (t) => {
  const result = await runScenario(storm, { target: { host: '127.0.0.1', port: await freePort() } });
  t.is(result.end, 'target-lost');
  t.like(result.operations['handshake'], { started: 12, succeeded: 0, failed: 12 });
  t.like(result.failures, [{ operation: 'handshake', code: 'ECONNREFUSED', count: 12 }]);
});

test('nobody answers', async (t) => {
  await using server = await SilentServer.open();
  const result = await runScenario(storm, { target: { host: '127.0.0.1', port: server.port } });
  t.is(result.end, 'target-lost');
  t.like(result.failures, [{ operation: 'handshake', code: 'ERR_UNFINISHED', count: 12 }]);
  t.is(result.operations['handshake']?.failed, 12);
});

test('a few devices with wrong keys do not make a lost target', async (t) => {
  const server = await lwm2mTarget(t, 28);
  server.identities.set('dev-000028', Buffer.from('another key'));
  const result = await runScenario(
    { ...storm, devices: 30, handshakeTimeouts: { min: 500, max: 1_000 } },
    { target: server.target },
  );
  t.is(result.end, 'completed');
  t.like(result.operations['handshake'], { started: 30, succeeded: 28, failed: 2 });
  const codes = result.failures.map(({ code }) => code).sort();
  t.is(codes.length, 2);
  t.true(codes.includes('ERR_ALERT_RECEIVED unknown_psk_identity'), codes.join());
});

test('a target that stops in the middle ends the run with what was done until then', async (t) => {
  let received = 0;
  const server = await dtlsTarget(t, 12, (message, reply) => {
    received += 1;
    if (received <= 100) reply(message);
  });
  const result = await runScenario(
    {
      ...storm,
      setup: ['handshake'],
      steps: [{ type: 'echo', timeout: 0.3 }],
      load: { arrivalRate: 200 },
      duration: 60,
    },
    { target: server.target },
  );
  t.is(result.end, 'target-lost');
  t.true(result.durationSeconds < 30);
  const { succeeded = 0 } = result.operations['echo'] ?? {};
  t.true(succeeded > 0 && succeeded <= 100, `${succeeded}`);
  t.true(result.failures.some(({ operation, code }) => operation === 'echo' && code === 'ETIMEDOUT'));
});

test('an association that the target ends is counted where it is missed', async (t) => {
  const server = await lwm2mTarget(t, 5);
  server.on('register', () => {
    if (server.size < 5) return;
    for (const socket of server.dtls.sockets()) void socket.close();
  });
  const result = await runScenario(
    { name: 'kicked', devices: 5, setup: ['handshake', 'register'], steps: [{ type: 'idle', seconds: 0.3 }, 'update'] },
    { target: server.target },
  );
  t.is(result.operations['register']?.succeeded, 5);
  t.is(result.operations['update'], undefined);
  const count = result.failures.reduce((sum, failure) => sum + failure.count, 0);
  t.true(count >= 5);
  t.deepEqual([...new Set(result.failures.map(({ code }) => code))], ['ERR_CLOSED']);
});

test('a server without LwM2M fails what is LwM2M, whether it echoes or says nothing', async (t) => {
  const scenario: ScenarioOptions = {
    name: 'no LwM2M',
    devices: 4,
    transmission: impatient,
    setup: ['handshake'],
    steps: ['register'],
  };
  const echoing = await dtlsTarget(t, 4, (message, reply) => reply(message));
  const echoed = await runScenario(scenario, { target: echoing.target });
  t.like(echoed.operations['register'], { started: 4, succeeded: 0, failed: 4 });
  const silent = await dtlsTarget(t, 4, () => {});
  const result = await runScenario(scenario, { target: silent.target });
  t.like(result.operations['register'], { started: 4, succeeded: 0, failed: 4 });
  t.like(result.failures, [{ operation: 'register', code: 'ETIMEDOUT', count: 4 }]);
});

test('an LwM2M server without observations cannot be notified, and that is told', async (t) => {
  const server = await lwm2mTarget(t, 4);
  const result = await runScenario(
    { name: 'unobserved', devices: 4, setup: ['handshake', 'register'], steps: ['notify'] },
    { target: server.target },
  );
  t.like(result.failures, [{ operation: 'notify', code: 'ERR_NOT_OBSERVED', count: 4 }]);
});

test('an answer that may not come is a failure', async (t) => {
  const server = await lwm2mTarget(t, 4);
  const result = await runScenario(
    {
      name: 'answered',
      devices: 4,
      setup: ['handshake', 'register'],
      steps: [{ type: 'update', name: 'unanswered', expect: 'no-answer' }],
    },
    { target: server.target },
  );
  t.like(result.failures, [{ operation: 'unanswered', code: 'ERR_UNEXPECTED_ANSWER', count: 4 }]);
});

test('a full handshake is no resumption', async (t) => {
  const server = await lwm2mTarget(t, 4);
  const scenario: ScenarioOptions = {
    name: 'full',
    devices: 4,
    sessions: 'ticket',
    steps: ['handshake', 'close', 'resume'],
  };
  server.on('register', () => {});
  const keys = setInterval(() => server.dtls.setTicketKeys(Buffer.alloc(80, Math.floor(performance.now()))), 1);
  t.teardown(() => clearInterval(keys));
  const result = await runScenario(
    { ...scenario, steps: ['handshake', 'close', { type: 'sleep', seconds: 0.2 }, 'resume'] },
    { target: server.target },
  );
  t.like(result.failures, [{ operation: 'resumption', code: 'ERR_NOT_RESUMED', count: 4 }]);
});

test('a fleet that the system does not allow rejects, and says what to do', async (t) => {
  const { target } = await lwm2mTarget(t, 1);
  const error = await t.throwsAsync(runScenario({ ...storm, devices: 1_000_000 }, { target }), {
    code: 'ERR_TOO_MANY_DEVICES',
  });
  t.regex(error?.message ?? '', /sourceAddresses/);
});

test('a host that does not exist rejects', async (t) => {
  const error = await t.throwsAsync(runScenario(storm, { target: { host: 'no-such-host.invalid', port: 5684 } }));
  t.regex((error as NodeJS.ErrnoException).code ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
});
