import { once } from 'node:events';
import test from 'ava';
import { Cause } from '#lib/errors/failure.js';
import type { ClosedRecord } from '#lib/events/records.js';
import { clientContext, openTestEndpoint, pairScripts, type TestEndpoint } from '../helpers/endpoints.js';

test('its goodbyes come out before its end', async (t) => {
  const client = openTestEndpoint(t, 'script');
  const server = openTestEndpoint(t, 'script');
  await pairScripts(client, server);
  const closed = once(server, 'closed') as Promise<[ClosedRecord]>;
  const events: string[] = [];
  client.on('datagram', () => events.push('datagram'));
  client.on('end', () => events.push('end'));
  await client.close();
  t.deepEqual(events, ['datagram', 'end']);
  const [{ failure }] = await closed;
  t.is(failure.cause, Cause.closeNotify);
});

test('shut down, it neither reads nor sends', async (t) => {
  const client = openTestEndpoint(t, 'script');
  const server = openTestEndpoint(t, 'script');
  const peer = await pairScripts(client, server);
  client.shutdown();
  client.on('datagram', () => t.fail('sent'));
  t.is(client.send(peer, 'lost'), 0);
  const { datagramsReceived } = client.counters;
  client.inject(1, Buffer.alloc(1));
  await client.close();
  t.is(client.counters.datagramsReceived, datagramsReceived);
  t.is(client.counters.datagramsUnsent, 2);
});

test('closed in every state', async (t) => {
  const states: Record<string, (script: TestEndpoint) => void> = {
    opened: () => {},
    'handshake begun': (script) => void script.dial(5684, clientContext()),
    'datagrams injected': (script) => {
      for (let i = 0; i < 10; i += 1) script.inject(1, Buffer.alloc(1));
    },
    'shut down': (script) => script.shutdown(),
    'not holding the process': (script) => script.endpoint.native.setRef(script.endpoint.number, false),
  };
  for (const [name, enter] of Object.entries(states)) {
    for (const later of [false, true]) {
      const script = openTestEndpoint(t, 'script');
      enter(script);
      if (later) await new Promise((resolve) => setImmediate(resolve));
      await t.notThrowsAsync(script.close(), name);
      t.notThrows(() => script.inject(1, Buffer.alloc(1)), name);
      t.throws(() => script.address, { code: 'ERR_CLOSED' }, name);
    }
  }
});

test('closed inside of its own events', async (t) => {
  const client = openTestEndpoint(t, 'script');
  const ended = once(client, 'end');
  client.once('datagram', () => void client.close());
  client.dial(5684, clientContext());
  await t.notThrowsAsync(ended);

  const [near, far] = [openTestEndpoint(t, 'script'), openTestEndpoint(t, 'script')];
  const bothEnded = Promise.all([once(near, 'end'), once(far, 'end')]);
  far.once('message', () => void Promise.all([far.close(), near.close()]));
  const peer = await pairScripts(near, far);
  for (let i = 0; i < 10; i += 1) near.send(peer, 'many in one batch');
  await t.notThrowsAsync(bothEnded);
});
