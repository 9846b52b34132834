import test from 'ava';
import type { FaultRule } from 'lwm2m-tls';
import { answers, arrivals, faultyPair } from '../helpers/fault-injection.js';
import { cbc, ccm8, gcm } from '../helpers/suites.js';

const damages: FaultRule[] = [
  { fault: 'corrupt' },
  { fault: 'corrupt', bits: 64 },
  { fault: 'truncate' },
  { fault: 'corrupt', records: 'applicationData' },
];

for (const suite of [ccm8, gcm, cbc]) {
  for (const damage of damages) {
    test(`${suite.name}: ${JSON.stringify(damage)}`, async (t) => {
      const half = { ...damage, probability: 0.5 };
      const pair = await faultyPair(t, {}, { cipherSuites: [suite.name] });
      pair.client.faults.set({ send: [half] });
      const received = await arrivals(pair, 100);
      const { send } = pair.client.faults.counters();
      const touched = send.corrupted + send.truncated;
      t.true(touched > 20, `${touched} were damaged`);
      t.is(received.length, 100 - touched, 'each of the others came');
      t.true(received.every((message, i) => i === 0 || Number(message) > Number(received[i - 1])));
      t.true(await answers(pair), 'the connection goes on');
    });
  }
}
