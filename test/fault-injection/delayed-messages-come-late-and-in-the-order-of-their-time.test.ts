import test, { type ExecutionContext } from 'ava';
import { faultyPair } from '../helpers/fault-injection.js';
import { udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

const numbers = Array.from({ length: 40 }, (_, i) => `${i}`);

for (const udpBackend of udpBackends) {
  for (const direction of ['send', 'receive'] as const) {
    /** All messages are sent at once; the order in which they come. */
    const order = async (t: ExecutionContext, rule: object): Promise<string[]> => {
      const rules = { seed: 2, [direction]: [{ fault: 'delay', records: 'applicationData', ...rule }] };
      const faults = direction === 'send' ? { client: rules } : { server: rules };
      const { client, server, inbox } = await faultyPair(t, faults, { udpBackend });
      for (const number of numbers) client.send(number);
      await until('all messages', () => inbox.received.length === numbers.length);
      const injector = direction === 'send' ? client.faults : server.faults;
      t.is(injector.counters()[direction].delayed, numbers.length);
      return inbox.received;
    };

    test(`the same delay for all keeps their order: ${direction}, over ${udpBackend}`, async (t) => {
      t.deepEqual(await order(t, { milliseconds: 30 }), numbers);
    });

    test(`with jitter they overtake each other: ${direction}, over ${udpBackend}`, async (t) => {
      const mixed = await order(t, { milliseconds: 30, jitter: 30 });
      t.notDeepEqual(mixed, numbers);
      t.deepEqual([...mixed].sort(byNumber), numbers, 'and none is lost');
    });

    test(`with jitter in order they do not: ${direction}, over ${udpBackend}`, async (t) => {
      t.deepEqual(await order(t, { milliseconds: 30, jitter: 30, inOrder: true }), numbers);
    });
  }
}

test('a later message without a delay overtakes', async (t) => {
  const { client, inbox } = await faultyPair(t);
  client.faults.set({ send: [{ fault: 'delay', milliseconds: 50, nth: 1 }] });
  client.send('late');
  client.send('early');
  t.is(await inbox.next(), 'early');
  t.is(await inbox.next(), 'late');
});

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}
