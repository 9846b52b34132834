import test from 'ava';
import { parseScenario, runScenario, type ScenarioOptions } from 'lwm2m-tls/bench';
import { lwm2mTarget } from './targets.js';

const quick = { handshakeTimeouts: { min: 100, max: 1_600 } };
const scenario: ScenarioOptions = {
  ...{ name: 'bad network', devices: 20, steps: ['handshake', 'register', 'deregister', 'close'] },
  ...{ ...quick, transmission: { ackTimeout: 200, ackRandomFactor: 1 } },
};

test('what it loses is made up for, and counted in the result', async (t) => {
  const { target } = await lwm2mTarget(t, 20);
  const result = await runScenario(
    {
      ...scenario,
      faults: {
        send: [{ fault: 'lose', records: 'applicationData', nth: 1, per: 'peer' }],
        receive: [{ fault: 'lose', handshake: 'ServerHello', nth: 1, per: 'peer' }],
      },
    },
    { target },
  );
  t.deepEqual(result.failures, []);
  t.is(result.operations['register']?.succeeded, 20);
  t.is(result.counters['faults.receive.lost'], 20);
  t.is(result.counters['faults.send.lost'], 20);
  t.true((result.operations['handshake']?.latency?.min ?? 0) >= 100, 'the second ServerHello came with a repetition');
  t.true((result.operations['register']?.latency?.min ?? 0) >= 200, 'so did the second Register');
});

test('what it takes away altogether is a failure', async (t) => {
  const { target } = await lwm2mTarget(t, 20);
  const result = await runScenario(
    { ...scenario, ...{ handshakeTimeouts: { min: 50, max: 100 } }, faults: { receive: [{ fault: 'lose' }] } },
    { target },
  );
  t.is(result.operations['handshake']?.succeeded, 0);
  t.is(result.failures[0]?.code, 'ETIMEDOUT');
});

test('its mistakes are told with their path, before anything is sent', (t) => {
  t.throws(() => parseScenario({ ...scenario, faults: { send: [{ fault: 'loose' }] } as never }), {
    code: 'ERR_INVALID_OPTION',
    message: /faults\.send\[0\]/,
  });
  t.throws(() => parseScenario({ ...scenario, faults: { sent: [] } as never }), { code: 'ERR_UNKNOWN_OPTION' });
});
