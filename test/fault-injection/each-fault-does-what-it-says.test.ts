import test from 'ava';
import { type DirectionFaultCounters, type FaultCounters, TlsError } from 'lwm2m-tls';
import { answers, arrivals, faultyPair, messageOf } from '../helpers/fault-injection.js';
import { udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

for (const udpBackend of udpBackends) {
  for (const direction of ['send', 'receive'] as const) {
    /** A pair whose messages from client to server are treated so, on either end. */
    const treat = async (t: Parameters<typeof faultyPair>[0], rule: object) => {
      const rules = { [direction]: [{ records: 'applicationData', ...rule }] };
      const pair = await faultyPair(t, direction === 'send' ? { client: rules } : { server: rules }, { udpBackend });
      const injector = direction === 'send' ? pair.client.faults : pair.server.faults;
      return { pair, counted: (): Readonly<DirectionFaultCounters> => injector.counters()[direction] };
    };
    const where = `${direction}, over ${udpBackend}`;

    test(`lose: each second message is lost: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'lose', every: 2 });
      t.deepEqual(await arrivals(pair, 6), ['1', '3', '5']);
      t.is(counted().lost, 3);
    });

    test(`duplicate: a copy is no second message: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'duplicate', copies: 2 });
      t.deepEqual(await arrivals(pair, 3), ['0', '1', '2']);
      t.is(counted().duplicated, 6);
      t.is(pair.server.counters().recordsReplayed, 6);
    });

    test(`reorder: a message comes after its successor: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'reorder', nth: 2, places: 2 });
      t.deepEqual(await arrivals(pair, 5), ['0', '2', '3', '1', '4']);
      t.is(counted().reordered, 1);
    });

    test(`reorder: a message without a successor goes alone: ${where}`, async (t) => {
      const { pair } = await treat(t, { fault: 'reorder', milliseconds: 10 });
      pair.client.send('alone');
      t.is(await pair.inbox.next(), 'alone');
    });

    test(`corrupt: the record is dropped as unauthenticated: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'corrupt', nth: 1 });
      t.deepEqual(await arrivals(pair, 2), ['1']);
      t.is(counted().corrupted, 1);
      t.is(pair.server.counters().recordsUnauthenticated, 1);
    });

    test(`truncate: what is left is no record: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'truncate', bytes: 20, nth: 1 });
      t.deepEqual(await arrivals(pair, 2), ['1']);
      t.is(counted().truncated, 1);
    });

    test(`mtu: large datagrams vanish, small ones pass: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'mtu', bytes: 500 });
      pair.client.send(Buffer.alloc(800));
      t.deepEqual(await arrivals(pair, 1), ['0']);
      t.is(counted().oversized, 1);
    });

    test(`blackout: nothing arrives, and then everything: ${where}`, async (t) => {
      const { pair, counted } = await treat(t, { fault: 'blackout', to: 60_000 });
      t.deepEqual(await arrivals(pair, 3), []);
      t.is(counted().blackedOut, 3);
      t.true(await answers(pair));
    });
  }
}

test('mtu with emsgsize: the server counts what the system would have refused', async (t) => {
  const { client, accepted, server } = await faultyPair(t, {
    server: { send: [{ fault: 'mtu', bytes: 600, emsgsize: true }] },
  });
  const answer = messageOf(client);
  accepted.send(Buffer.alloc(800));
  accepted.send('small');
  t.is(await answer, 'small');
  t.is(server.counters().datagramsUnsent, 1);
  t.is(server.faults.counters().send.oversized, 1);
});

test('what is counted: datagrams, and each rule by itself', async (t) => {
  const pair = await faultyPair(t);
  t.deepEqual(pair.client.faults.counters().send.rules, []);
  const handshake = pair.client.faults.counters().send.datagrams;
  t.true(handshake >= 3, 'the flights of the handshake passed');
  pair.client.faults.set({
    send: [
      { fault: 'lose', records: 'applicationData', nth: 2 },
      { fault: 'duplicate', limit: 1 },
    ],
  });
  for (let i = 0; i < 4; i++) pair.client.send(`${i}`);
  while ((await pair.inbox.next()) !== '3');
  const counters: Readonly<FaultCounters> = pair.client.faults.counters();
  t.like(counters.send, { datagrams: handshake + 4, lost: 1, duplicated: 1 });
  t.deepEqual(counters.send.rules, [
    { matched: 4, applied: 1 },
    { matched: 3, applied: 1 },
  ]);
  t.deepEqual(counters.receive.rules, []);
});

test('the counters of a closed socket stay', async (t) => {
  const { client } = await faultyPair(t, { client: { send: [{ fault: 'duplicate', nth: 1 }] } });
  await client.close();
  t.is(client.faults.counters().send.duplicated, 1);
  t.throws(() => client.faults.clear(), { instanceOf: TlsError, code: 'ERR_CLOSED' });
});

test('a rule may act on the datagrams of one peer of a server, and count them by itself', async (t) => {
  const pair = await faultyPair(t, { server: { receive: [{ fault: 'lose', records: 'applicationData', nth: 1 }] } });
  const other = await faultyPair(t, { server: { receive: [{ fault: 'lose', records: 'applicationData', nth: 1 }] } });
  for (const { client, inbox } of [pair, other]) {
    client.send('lost');
    client.send('comes');
    t.is(await inbox.next(), 'comes');
  }
  await until('the counter', () => pair.server.faults.counters().receive.lost === 1);
});
