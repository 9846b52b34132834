import test from 'ava';
import { type BenchResult, builtInScenarios, runScenario, type ScenarioOptions } from 'lwm2m-tls/bench';
import { OwnTarget } from '#lib/bench/own-target.js';
import { parseScenario } from '#lib/bench/scenario.js';

const devices = 24;
const short = { type: 'sleep', seconds: 0.1, jitter: 0.5 } as const;

/** What makes each small, and how often its operations succeed; 0: at least once. */
const small: Readonly<
  Record<string, [change: Partial<ScenarioOptions>, operations: Readonly<Record<string, number>>]>
> = {
  smoke: [{}, { handshake: 24, register: 24, ping: 24, idle: 24, update: 48, resumption: 24, deregister: 24 }],
  'handshake-storm': [{ duration: 0.5 }, { handshake: 0 }],
  'resumption-storm': [{ duration: 0.5 }, { handshake: 24, resumption: 0 }],
  'resumption-storm-id': [{ duration: 0.5 }, { handshake: 24, resumption: 0 }],
  'registration-storm': [{}, { handshake: 24, register: 24, update: 24, deregister: 24 }],
  echo: [
    { duration: 0.5, load: { arrivalRate: 200, distribution: 'poisson' } },
    { handshake: 24, echo: 0 },
  ],
  'idle-hold': [
    { steps: [{ type: 'idle', seconds: 0.2 }, 'update'] },
    { handshake: 24, register: 24, idle: 24, update: 24, deregister: 24 },
  ],
  'queue-mode': [
    { steps: [short, 'wake', 'update', 'notify'], load: { concurrency: 24 }, repeats: 2 },
    { handshake: 24, register: 24, awake: 24, wake: 48, update: 48, notify: 48, deregister: 24 },
  ],
  'reboot-storm': [{}, { handshake: 24, register: 48, reboot: 24, deregister: 24 }],
  'nat-rebinding': [
    { transmission: { ackTimeout: 500, ackRandomFactor: 1, maxRetransmit: 1 } },
    { handshake: 48, register: 24, 'update-from-elsewhere': 24, update: 24, deregister: 24 },
  ],
  mixed: [{ duration: 2 }, { handshake: 0, register: 0, deregister: 0, idle: 0, update: 0 }],
};

for (const [name, [change, operations]] of Object.entries(small)) {
  test.serial(`${name}: ${builtInScenarios[name]?.description}`, async (t) => {
    const scenario = { ...builtInScenarios[name], devices, ...change } as ScenarioOptions;
    const result = await onOwnTarget(scenario);
    t.is(result.end, 'completed');
    t.deepEqual(result.failures, []);
    for (const [operation, succeeded] of Object.entries(operations)) {
      const measured = result.operations[operation];
      t.truthy(measured, operation);
      if (succeeded > 0) t.is(measured?.succeeded, succeeded, operation);
      else t.true((measured?.succeeded ?? 0) > 0, operation);
      t.is(measured?.failed, 0, operation);
      t.is(measured?.started, measured?.succeeded, operation);
    }
    t.true((result.server?.['handshakesCompleted'] ?? 0) >= devices);
  });
}

test('none is left out', (t) => {
  t.deepEqual(Object.keys(small).sort(), Object.keys(builtInScenarios).sort());
});

async function onOwnTarget(scenario: ScenarioOptions): Promise<BenchResult> {
  const own = await OwnTarget.start(parseScenario(scenario));
  try {
    return await runScenario(scenario, { target: own.address, serverCounters: () => own.counters() });
  } finally {
    await own.close();
  }
}
