import { randomBytes } from 'node:crypto';
import { mock } from 'node:test';
import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { parseSessions } from '#lib/options/sessions.js';
import { TicketKeys } from '#lib/server/ticket-keys.js';
import { dial, startEchoServer } from '../helpers/ours.js';

const key = () => randomBytes(80);

test('servers with the same keys resume the sessions of each other', async (t) => {
  const ticketKeys = key();
  const [one, other] = [
    await startEchoServer(t, { sessions: { ticketKeys } }),
    await startEchoServer(t, { sessions: { ticketKeys } }),
  ];
  const { session } = await dial(t, one.port);
  t.true((await dial(t, other.port, { session })).resumed);
});

test('servers with keys of their own do not', async (t) => {
  const [one, other] = [await startEchoServer(t), await startEchoServer(t)];
  const { session } = await dial(t, one.port);
  t.false((await dial(t, other.port, { session })).resumed);
});

test('a ticket is opened by an old key and sealed anew with the first', async (t) => {
  const [old, next] = [key(), key()];
  const { server, port } = await startEchoServer(t, { sessions: { ticketKeys: old } });
  const first = await dial(t, port);
  server.setTicketKeys([next, old]);
  const second = await dial(t, port, { session: first.session });
  t.true(second.resumed);
  t.truthy(second.session, 'the ticket is renewed');
  server.setTicketKeys(next);
  t.false((await dial(t, port, { session: first.session })).resumed, 'the old key is gone');
  t.true((await dial(t, port, { session: second.session })).resumed);
});

test('keys are copied', async (t) => {
  const ticketKeys = key();
  const kept = Buffer.from(ticketKeys);
  const { server, port } = await startEchoServer(t, { sessions: { ticketKeys } });
  const { session } = await dial(t, port);
  ticketKeys.fill(0);
  t.true((await dial(t, port, { session })).resumed);
  server.setTicketKeys(kept);
  t.notDeepEqual(kept, Buffer.alloc(80), 'what is given is not wiped');
});

test('what can be none is refused, and nothing changes', async (t) => {
  const { server, port } = await startEchoServer(t);
  const { session } = await dial(t, port);
  for (const bad of [null, 'secret', randomBytes(79), []]) {
    t.throws(() => server.setTicketKeys(bad as never), { code: 'ERR_INVALID_OPTION' });
  }
  t.true((await dial(t, port, { session })).resumed);
  const without = new DtlsServer({ psk: {}, sessions: { tickets: false } });
  t.throws(() => without.setTicketKeys(key()), { code: 'ERR_INVALID_OPTION', message: /sessions\.tickets/ });
});

test.serial('keys of our own are changed in time; the one before still opens', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const sets: Buffer[] = [];
  const context = { setTicketKeys: (keys: Uint8Array) => sets.push(Buffer.from(keys)) } as never;
  const keys = new TicketKeys(context, parseSessions({ timeout: 60 }), () => t.fail());
  void keys.start();
  mock.timers.tick(60_000);
  mock.timers.tick(60_000);
  const [first, second, third] = sets as [Buffer, Buffer, Buffer];
  t.is(sets.length, 3);
  for (const set of sets) t.is(set.length, 160);
  t.deepEqual(second.subarray(80), first.subarray(0, 80));
  t.deepEqual(third.subarray(80), second.subarray(0, 80));
  t.notDeepEqual(second.subarray(0, 80), first.subarray(0, 80));
  keys.set(randomBytes(80));
  mock.timers.tick(600_000);
  t.is(sets.length, 4, 'from now on somebody else changes them');
});
