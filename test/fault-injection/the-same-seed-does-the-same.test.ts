import test, { type ExecutionContext } from 'ava';
import type { FaultRule } from 'lwm2m-tls';
import { arrivals, faultyPair } from '../helpers/fault-injection.js';

const loss: FaultRule = { fault: 'lose', records: 'applicationData', probability: 0.3 };

test('the same seed loses the same messages, another seed others', async (t) => {
  const first = await lossyRun(t, 7);
  t.true(first.length > 30 && first.length < 90, `${first.length} of 100`);
  t.deepEqual(await lossyRun(t, 7), first);
  t.notDeepEqual(await lossyRun(t, 8), first);
});

test('the same holds for what a server receives', async (t) => {
  const run = async () => {
    const pair = await faultyPair(t, { server: { seed: 3, receive: [loss] } });
    return arrivals(pair, 100);
  };
  const first = await run();
  t.true(first.length < 100);
  t.deepEqual(await run(), first);
});

test('the seed is 1 unless another one is given, and stays with other rules', async (t) => {
  const { client } = await faultyPair(t);
  t.is(client.faults.seed, 1);
  client.faults.set({ seed: 5 });
  client.faults.set({ send: [loss] });
  t.is(client.faults.seed, 5);
});

async function lossyRun(t: ExecutionContext, seed: number): Promise<string[]> {
  const pair = await faultyPair(t, { client: { seed, send: [loss] } });
  return arrivals(pair, 100);
}
