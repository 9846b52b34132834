import { mock } from 'node:test';
import test from 'ava';
import { connectTls, DtlsServer, MemorySessionStore, TlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, startEchoServer } from '../helpers/ours.js';

const session = (fill: number) => new Uint8Array(100).fill(fill);
const wiped = new Uint8Array(100);

test('servers of one process resume the sessions of each other', async (t) => {
  const sessions = { store: new MemorySessionStore(), tickets: false };
  const [one, other] = [await startEchoServer(t, { sessions }), await startEchoServer(t, { sessions })];
  const { session } = await dial(t, one.port);
  t.is(sessions.store.size, 1);
  t.true((await dial(t, other.port, { session })).resumed);
});

test('a server for DTLS and one for TLS have one together, and keep apart', async (t) => {
  const store = new MemorySessionStore();
  const options = { psk: { [client1.identity]: client1.key }, sessions: { store, tickets: false } };
  await using datagrams = new DtlsServer(options);
  await using streams = new TlsServer({ ...options, maxVersion: 'TLSv1.2' });
  const [{ port }, tcp] = [await datagrams.listen({ host: '127.0.0.1' }), await streams.listen({ host: '127.0.0.1' })];
  await dial(t, port);
  const overTcp = { host: '127.0.0.1', port: tcp.port, psk: client1 };
  const first = await connectTls(overTcp);
  t.is(store.size, 2);
  const second = await connectTls({ ...overTcp, session: first.session });
  t.true(second.resumed);
  await Promise.all([first.close(), second.close()]);
});

test('above maxSessions that which was not used for longest goes, wiped', (t) => {
  const store = new MemorySessionStore({ maxSessions: 2 });
  const [first, second, third] = [session(1), session(2), session(3)];
  store.set('1', first, 60);
  store.set('2', second, 60);
  t.is(store.get('1'), first);
  store.set('3', third, 60);
  t.is(store.size, 2);
  t.is(store.get('2'), undefined);
  t.deepEqual(second, wiped);
  t.deepEqual([store.get('1'), store.get('3')], [session(1), session(3)]);
});

test.serial('a session goes when its time is over, wiped', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const store = new MemorySessionStore();
  const [short, long, replaced] = [session(1), session(2), session(3)];
  store.set('short', short, 10);
  store.set('long', long, 20);
  store.set('replaced', session(4), 10);
  store.set('replaced', replaced, 20);
  mock.timers.tick(9_999);
  t.is(store.get('short'), short);
  mock.timers.tick(1);
  t.is(store.get('short'), undefined);
  t.deepEqual(short, wiped);
  t.is(store.get('long'), long);
  t.is(store.get('replaced'), replaced, 'its own time counts');
  mock.timers.tick(10_000);
  t.is(store.size, 0);
  t.deepEqual([long, replaced], [wiped, wiped]);
});

test('what is replaced or deleted is wiped', (t) => {
  const store = new MemorySessionStore();
  const [first, second, third] = [session(1), session(2), session(3)];
  store.set('1', first, 60);
  store.set('1', second, 60);
  t.deepEqual([first, second], [wiped, session(2)]);
  store.set('1', second, 60);
  t.deepEqual(second, session(2), 'the same again is kept');
  store.delete('1');
  store.delete('2');
  t.deepEqual(second, wiped);
  store.set('3', third, 60);
  store.clear();
  t.deepEqual(third, wiped);
  t.is(store.size, 0);
});

test('what it cannot keep is refused', (t) => {
  for (const maxSessions of [0, 1_048_577, 1.5, '10'] as never[]) {
    t.throws(() => new MemorySessionStore({ maxSessions }), { code: 'ERR_INVALID_OPTION' });
  }
  t.throws(() => new MemorySessionStore({ maxSession: 1 } as never), { code: 'ERR_UNKNOWN_OPTION' });
  const store = new MemorySessionStore();
  store.set('1', session(1), 60);
  t.throws(() => store.set('1', session(2), 0), { code: 'ERR_INVALID_OPTION' });
  t.deepEqual(store.get('1'), session(1));
});
