import { cc, testWith } from '../helpers/foreign/tools.js';
import { udpBackends } from '../helpers/ours.js';
import { runUnderPressure } from '../helpers/pressure/run.js';

/** Datagrams that a socket keeps for a kernel that takes no more. */
const queueLength = 1024;
/** The steps, and twice a call for each datagram: a handshake and 300 messages, both ways. */
const mostCalls = 64 + 2 * (20 + 2 * 300);

for (const udpBackend of udpBackends) {
  for (const scenario of ['sending is difficult', 'receiving is difficult'] as const) {
    testWith(cc, `${scenario}: everything arrives in order, over ${udpBackend}`, async (t, tool) => {
      const facts = await runUnderPressure(t, tool, scenario, udpBackend);
      t.deepEqual(facts.echoes, [range(300)]);
      t.like(facts, { datagramsUnsent: 0, transportErrors: 0, stepsLeft: 0 });
      t.true(facts.calls <= mostCalls, `${facts.calls} calls`);
    });
  }

  testWith(cc, `while nothing can be sent, one attempt a turn, over ${udpBackend}`, async (t, tool) => {
    const facts = await runUnderPressure(t, tool, 'sending stops for 200 turns', udpBackend);
    t.deepEqual(facts.echoes, [range(100)]);
    t.is(facts.datagramsUnsent, 0);
    t.true(facts.calls > 0 && facts.calls <= 201, `${facts.calls} calls in 200 turns`);
  });

  testWith(cc, `what no longer fits the queue is dropped and counted, over ${udpBackend}`, async (t, tool) => {
    const { echoes, datagramsUnsent } = await runUnderPressure(t, tool, 'sending stops for too long', udpBackend);
    t.is(datagramsUnsent, 16 * 125 - queueLength);
    t.is(echoes.flat().length, queueLength);
    for (const numbers of echoes) t.deepEqual(numbers, range(numbers.length), 'the first ones, in order');
  });

  testWith(cc, `a full device loses nothing uncounted, over ${udpBackend}`, async (t, tool) => {
    const { echoes, datagramsUnsent } = await runUnderPressure(
      t,
      tool,
      'the device is full for some calls',
      udpBackend,
    );
    const [numbers = []] = echoes;
    t.is(numbers.length + datagramsUnsent, 100);
    t.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
      'in order',
    );
  });
}

// libuv never gives a datagram up for ENOBUFS, so there is no such end over uv_udp_t.
testWith(cc, 'a device that stays full ends in counted drops, and nothing is tried any more', async (t, tool) => {
  const facts = await runUnderPressure(t, tool, 'the device is full for ever', 'mmsg');
  t.deepEqual(facts.echoes, [[]]);
  t.is(facts.datagramsUnsent, 100);
  t.is(facts.calls, 0);
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
