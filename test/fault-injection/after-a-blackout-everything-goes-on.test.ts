import test from 'ava';
import { answers, faultyPair } from '../helpers/fault-injection.js';
import { udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

for (const udpBackend of udpBackends) {
  test(`a connection outlives a blackout of both directions, over ${udpBackend}`, async (t) => {
    const pair = await faultyPair(t, {}, { udpBackend });
    const { client, accepted, inbox } = pair;
    client.faults.set({
      send: [{ fault: 'blackout', to: 100 }],
      receive: [{ fault: 'blackout', to: 100 }],
    });
    accepted.send('into the dark');
    await until('it is lost', () => client.faults.counters().receive.blackedOut === 1);
    const repeated = setInterval(() => client.send('hello?'), 5);
    client.send('hello?');
    t.is(await inbox.next(), 'hello?');
    clearInterval(repeated);
    t.true(client.faults.counters().send.blackedOut > 0);
    t.true(await answers(pair));
  });
}
