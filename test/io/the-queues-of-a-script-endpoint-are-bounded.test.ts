import test from 'ava';
import { parseRecords } from '../helpers/dtls-records.js';
import { openTestEndpoint, pairScripts } from '../helpers/endpoints.js';

test('what is injected beyond a thousand datagrams, or a megabyte, is dropped and counted', async (t) => {
  for (const [size, kept] of [
    [1, 1_024],
    [16_384, 64],
  ] as const) {
    const script = openTestEndpoint(t, 'script');
    const datagram = Buffer.alloc(size);
    for (let i = 0; i < kept + 7; i += 1) script.inject(1, datagram);
    t.is(script.counters.datagramsIgnored, 7);
    while (script.counters.datagramsReceived < kept) await new Promise((resolve) => setImmediate(resolve));
    script.inject(1, datagram);
    await new Promise((resolve) => setImmediate(resolve));
    t.like(script.counters, { datagramsReceived: kept + 1, datagramsIgnored: 7 });
  }
});

test('a datagram that is no DTLS for its size is dropped as a socket would', async (t) => {
  const script = openTestEndpoint(t, 'script');
  script.inject(1, Buffer.alloc(65_507));
  script.inject(1, Buffer.alloc(0));
  await new Promise((resolve) => setImmediate(resolve));
  t.like(script.counters, { datagramsTruncated: 1, datagramsMalformed: 1, datagramsReceived: 1 });
});

test('a burst of datagrams above what a batch of events holds comes out whole and in order', async (t) => {
  const client = openTestEndpoint(t, 'script');
  const peer = await pairScripts(client, openTestEndpoint(t, 'script'));
  client.removeAllListeners('datagram');
  const sequence: number[] = [];
  client.on('datagram', (_address, _port, datagram) => sequence.push(parseRecords(datagram)[0]!.sequence));
  for (let i = 0; i < 1_000; i += 1) client.send(peer, 'x'.repeat(900));
  while (sequence.length < 1_000) await new Promise((resolve) => setImmediate(resolve));
  const [first = 0] = sequence;
  t.deepEqual(
    sequence,
    sequence.map((_, i) => first + i),
  );
  t.is(client.counters.datagramsUnsent, 0);
});

test('datagrams that nobody fetches in time are dropped and counted', async (t) => {
  const client = openTestEndpoint(t, 'script');
  const peer = await pairScripts(client, openTestEndpoint(t, 'script'));
  client.removeAllListeners('datagram');
  let sent = 0;
  client.on('datagram', () => {
    sent += 1;
  });
  for (let i = 0; i < 1_500; i += 1) client.send(peer, 'x');
  while (sent + client.counters.datagramsUnsent < 1_500) await new Promise((resolve) => setImmediate(resolve));
  t.true(client.counters.datagramsUnsent > 0);
});
