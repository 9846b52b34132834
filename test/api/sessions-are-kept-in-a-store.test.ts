import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import type { SessionOptions, SessionStore, TlsError } from 'lwm2m-tls';
import { dial, echo, startEchoServer } from '../helpers/ours.js';

const later = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

/** Without tickets, so that all of it is in the store. */
async function start(t: ExecutionContext, store: SessionStore, more: SessionOptions = {}) {
  return startEchoServer(t, { sessions: { store, tickets: false, ...more } });
}

test('a Map is one', async (t) => {
  const store = new Map<string, Uint8Array>();
  const { port } = await start(t, store);
  const { session } = await dial(t, port);
  t.is(store.size, 1);
  t.regex([...store.keys()][0] as string, /^[0-9a-f]{64}$/);
  const socket = await dial(t, port, { session });
  t.true(socket.resumed);
  t.is(await echo(socket, 'hello'), 'hello');
});

test('several servers share it', async (t) => {
  const store = new Map<string, Uint8Array>();
  const [one, other] = [await start(t, store), await start(t, store)];
  const { session } = await dial(t, one.port);
  t.true((await dial(t, other.port, { session })).resumed);
});

test('a slow one holds up its own client only', async (t) => {
  const sessions = new Map<string, Uint8Array>();
  const store = { ...methodsOf(sessions), get: async (id: string) => later(150, sessions.get(id)) };
  const { port } = await start(t, store);
  const { session } = await dial(t, port);
  const order: string[] = [];
  const slow = dial(t, port, { session }).then((socket) => {
    order.push('resumed');
    return socket;
  });
  await dial(t, port);
  order.push('other');
  const socket = await slow;
  t.true(socket.resumed);
  t.deepEqual(order, ['other', 'resumed']);
  t.is(await echo(socket, 'hello'), 'hello');
});

for (const [what, get, words] of [
  ['throws', () => raise(), /sessions\.store\.get: no connection/],
  ['rejects', async () => raise(), /sessions\.store\.get: no connection/],
  ['never answers', () => new Promise<never>(() => {}), /no answer within 100 ms/],
  ['gives what is no session', () => 'session' as never, /must be a Uint8Array, not string/],
] as const) {
  test(`one that ${what} costs a full handshake, and is reported`, async (t) => {
    const { server, port } = await start(t, { ...methodsOf(new Map()), get }, { storeTimeout: 100 });
    const { session } = await dial(t, port);
    const reported = once(server, 'sessionStoreError');
    const socket = await dial(t, port, { session });
    t.false(socket.resumed);
    t.is(await echo(socket, 'hello'), 'hello');
    const [error] = (await reported) as [TlsError];
    t.like(error, { code: 'ERR_SESSION_STORE' });
    t.regex(error.message, words);
  });
}

test('bytes that are no session cost a full handshake', async (t) => {
  for (const bytes of [new Uint8Array(), new Uint8Array(100), Buffer.alloc(10_000, 0x30)]) {
    const { port } = await start(t, { ...methodsOf(new Map()), get: () => bytes });
    const { session } = await dial(t, port);
    t.false((await dial(t, port, { session })).resumed);
  }
});

test('one that cannot keep anything changes nothing, and is reported', async (t) => {
  const { server, port } = await start(t, { ...methodsOf(new Map()), set: () => raise() });
  const reported = once(server, 'sessionStoreError');
  const { session } = await dial(t, port);
  const [error] = (await reported) as [TlsError];
  t.regex(error.message, /sessions\.store\.set: no connection/);
  t.like(error.cause, { message: 'no connection' });
  t.false((await dial(t, port, { session })).resumed);
});

test('nobody needs to listen to its errors', async (t) => {
  const store = { get: () => raise(), set: () => raise(), delete: () => raise() };
  const { port } = await start(t, store);
  const { session } = await dial(t, port);
  t.is(await echo(await dial(t, port, { session }), 'hello'), 'hello');
});

test('it hears how long a session is of use', async (t) => {
  const timeouts: number[] = [];
  const store = {
    ...methodsOf(new Map()),
    set: (_id: string, _session: Uint8Array, timeout: number) => timeouts.push(timeout),
  };
  const { port } = await start(t, store, { timeout: 77 });
  await dial(t, port);
  t.deepEqual(timeouts, [77]);
});

test('it is not asked for clients with tickets', async (t) => {
  const asked: string[] = [];
  const store = { ...methodsOf(new Map()), get: (id: string) => void asked.push(id) as undefined };
  const { port } = await start(t, store, { tickets: true });
  const { session } = await dial(t, port);
  t.true((await dial(t, port, { session })).resumed);
  t.deepEqual(asked, []);
});

test('a server that closes while it is asked', async (t) => {
  let answer: ((session: undefined) => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    store.get = () => {
      resolve();
      return new Promise((later) => {
        answer = later;
      });
    };
  });
  const { server, port } = await start(t, store);
  const { session } = await dial(t, port);
  const attempt = dial(t, port, { session, handshakeTimeouts: { min: 50, max: 50 } });
  await asked;
  await server.close();
  answer?.(undefined);
  await t.throwsAsync(attempt);
});

const store = methodsOf(new Map());

function methodsOf(sessions: Map<string, Uint8Array>): { -readonly [name in keyof SessionStore]: SessionStore[name] } {
  return {
    get: (id) => sessions.get(id),
    set: (id, session) => sessions.set(id, session),
    delete: (id) => sessions.delete(id),
  };
}

function raise(): never {
  throw new Error('no connection');
}
