import test from 'ava';
import type { FaultOptions, FaultRule } from 'lwm2m-tls';
import { answers, faultyPair } from '../helpers/fault-injection.js';
import { cbc } from '../helpers/suites.js';

/** Fast and with many tries. */
const handshakeTimeouts = { min: 20, max: 10_000 };

const loss: FaultRule = { fault: 'lose', probability: 0.3 };

for (let seed = 1; seed <= 6; seed++) {
  test(`30 % loss in both directions at the client, seed ${seed}`, async (t) => {
    const pair = await faultyPair(t, { client: { seed, send: [loss], receive: [loss] } }, { handshakeTimeouts });
    pair.client.faults.clear();
    t.true(await answers(pair));
  });
}

test('loss, duplicates, reordering and damage at the server', async (t) => {
  const rules: FaultRule[] = [
    { fault: 'lose', probability: 0.1 },
    { fault: 'corrupt', records: 'protected', probability: 0.1 },
    { fault: 'truncate', probability: 0.1 },
    { fault: 'duplicate', probability: 0.2 },
    { fault: 'reorder', probability: 0.2, milliseconds: 5 },
    { fault: 'delay', milliseconds: 4, jitter: 4 },
  ];
  const pair = await faultyPair(t, { server: { send: rules, receive: rules } }, { handshakeTimeouts });
  pair.server.faults.clear();
  t.true(await answers(pair));
});

const single: [what: string, faults: FaultOptions][] = [
  ['the first ClientHello is lost', { send: [{ fault: 'lose', handshake: 'ClientHello', nth: 1 }] }],
  ['the HelloVerifyRequest is lost', { receive: [{ fault: 'lose', handshake: 'HelloVerifyRequest', nth: 1 }] }],
  ['the ServerHello is lost', { receive: [{ fault: 'lose', handshake: 'ServerHello', nth: 1 }] }],
  ['two ServerHellos are lost', { receive: [{ fault: 'lose', handshake: 'ServerHello', limit: 2 }] }],
  ['the first protected flight of the client is lost', { send: [{ fault: 'lose', records: 'protected', limit: 1 }] }],
  [
    'the first protected flight of the server is lost',
    { receive: [{ fault: 'lose', records: 'protected', limit: 1 }] },
  ],
  ["the server's Finished is damaged", { receive: [{ fault: 'corrupt', handshake: 'Finished', nth: 1 }] }],
  [
    'any one of the flight is lost',
    { send: [{ fault: 'lose', handshake: ['ClientKeyExchange', 'Finished'], nth: 1 }] },
  ],
];
for (const [what, faults] of single) {
  for (const cipherSuites of [undefined, [cbc.name]]) {
    test(`${what}, ${cipherSuites ?? 'with the usual suite'}`, async (t) => {
      const options = { handshakeTimeouts, ...(cipherSuites && { cipherSuites }) };
      const pair = await faultyPair(t, { client: faults }, options);
      const { send, receive } = pair.client.faults.counters();
      const [rule] = [...send.rules, ...receive.rules];
      const [option] = [...(faults.send ?? []), ...(faults.receive ?? [])];
      t.is(rule?.applied, option?.limit ?? 1);
      t.true(rule!.matched > rule!.applied, 'it came again');
      t.true(await answers(pair));
    });
  }
}

test('the second ServerHello of a device is lost, when the first was', async (t) => {
  const rules: FaultRule[] = [
    { fault: 'lose', handshake: 'ServerHello', nth: 2 },
    { fault: 'lose', handshake: 'ServerHello', nth: 1 },
  ];
  const pair = await faultyPair(t, { server: { send: rules } }, { handshakeTimeouts });
  const { send } = pair.server.faults.counters();
  t.is(send.lost, 2);
  t.is(send.rules[0]?.matched, 3);
});

test('a blackout at the beginning is waited out', async (t) => {
  const pair = await faultyPair(t, { client: { send: [{ fault: 'blackout', to: 100 }] } }, { handshakeTimeouts });
  t.true(pair.client.faults.counters().send.blackedOut >= 1);
  t.true(await answers(pair));
});
