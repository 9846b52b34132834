import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { MemoryTicketKeyStore, type SessionOptions, type TicketKeyStore, type TlsError } from 'lwm2m-tls';
import { parseSessions } from '#lib/options/sessions.js';
import { TicketKeys } from '#lib/server/ticket-keys.js';

/** Seconds, as all below. A period begins at `start`. */
const rotation = 60;
const start = 1_000 * rotation;

/** The keys of a server at a store, on a mocked clock. A session can be resumed for two periods. */
class Keys {
  readonly errors: TlsError[] = [];
  installed: string[] = [];
  readonly #keys: TicketKeys;

  constructor(t: ExecutionContext, ticketKeyStore: TicketKeyStore, more: SessionOptions = {}) {
    const context = {
      setTicketKeys: (keys: Uint8Array) => {
        this.installed = (
          Buffer.from(keys)
            .toString('hex')
            .match(/.{160}/g) ?? []
        ).map((key) => key.slice(0, 16));
      },
    };
    const options = { ticketKeyStore, ticketKeyRotation: rotation, timeout: 2 * rotation, ...more };
    this.#keys = new TicketKeys(context as never, parseSessions(options), (error) => this.errors.push(error));
    t.teardown(() => this.#keys.stop());
  }

  get sealing(): string | undefined {
    return this.installed[0];
  }

  async start(): Promise<void> {
    void this.#keys.start();
    await setImmediate();
  }

  stop(): void {
    this.#keys.stop();
  }
}

/** A store that can be away, or lose what it has. */
class Store implements TicketKeyStore {
  away = false;
  readonly asked: number[] = [];
  readonly #kept = new Map<number, Uint8Array>();

  agree(period: number, candidate: Uint8Array): Uint8Array {
    this.asked.push(period);
    if (this.away) throw new Error('no connection');
    const key = this.#kept.get(period) ?? candidate;
    this.#kept.set(period, key);
    return key;
  }

  lose(): void {
    this.#kept.clear();
  }

  /** The names of a period's key and of those around. */
  keys(...periods: number[]): (string | undefined)[] {
    return periods.map((period) => this.#kept.get(period) && nameOf(this.#kept.get(period) as Uint8Array));
  }
}

const nameOf = (key: Uint8Array) => Buffer.from(key.subarray(0, 8)).toString('hex');

function mockClock(t: ExecutionContext): void {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: start * 1_000 });
  t.teardown(() => mock.timers.reset());
}

/** In steps: what a store answers to one timer sets the next. */
async function pass(seconds: number): Promise<void> {
  for (let step = 0; step < seconds; step++) {
    mock.timers.tick(1_000);
    await setImmediate();
  }
}

test.serial('each seals in its period, opens in the one before and for as long as sessions last', async (t) => {
  mockClock(t);
  const store = new Store();
  const keys = new Keys(t, store);
  await keys.start();
  t.deepEqual(keys.installed, store.keys(1_000, 1_001, 999, 998));
  await pass(59);
  t.deepEqual(keys.installed, store.keys(1_000, 1_001, 999, 998));
  await pass(1);
  t.deepEqual(keys.installed, store.keys(1_001, 1_002, 1_000, 999));
  t.is(new Set(keys.installed).size, 4);
});

test.serial('servers that start at different times have the same ones', async (t) => {
  mockClock(t);
  const store = new MemoryTicketKeyStore();
  const [one, other] = [new Keys(t, store), new Keys(t, store)];
  await one.start();
  await pass(90);
  await other.start();
  t.deepEqual(other.installed, one.installed);
  await pass(60);
  t.deepEqual(other.installed, one.installed);
  t.deepEqual([one.errors, other.errors], [[], []]);
});

test.serial('a store forgets them when no ticket can be good any more', async (t) => {
  mockClock(t);
  const store = new MemoryTicketKeyStore();
  const keys = new Keys(t, store);
  await keys.start();
  t.is(store.size, 4);
  await pass(59);
  t.is(store.size, 4);
  await pass(2);
  t.is(store.size, 4, 'one is new, one is gone');
  keys.stop();
  await pass(239);
  t.is(store.size, 0);
});

test.serial('while the store is away the last that was agreed on seals, and errors tell', async (t) => {
  mockClock(t);
  const store = new Store();
  const keys = new Keys(t, store);
  await keys.start();
  const [next] = store.keys(1_001);
  store.away = true;
  await pass(60);
  t.is(keys.sealing, next, 'agreed on in the period before');
  await pass(60);
  t.is(keys.sealing, next, 'nothing newer');
  t.true(keys.errors.length > 2);
  t.like(keys.errors[0], { code: 'ERR_SESSION_STORE', message: 'sessions.ticketKeyStore.agree: no connection' });
  store.away = false;
  await pass(5);
  t.deepEqual(keys.installed.slice(0, 2), store.keys(1_002, 1_003));
});

test.serial('the end of a key does not depend on the store', async (t) => {
  mockClock(t);
  const store = new Store();
  const keys = new Keys(t, store);
  await keys.start();
  const agreed = store.keys(998, 999, 1_000, 1_001);
  store.away = true;
  await pass(4 * rotation);
  t.deepEqual(
    keys.installed.filter((key) => agreed.includes(key)),
    [],
  );
  t.is(keys.installed.length, 4, 'keys of our own');
});

test.serial('before the store has ever answered they are ours, and may become those of all', async (t) => {
  mockClock(t);
  const store = new Store();
  store.away = true;
  const keys = new Keys(t, store);
  await keys.start();
  const ours = keys.installed;
  t.is(keys.errors.length, 1);
  store.away = false;
  await pass(4);
  t.deepEqual(store.asked.length, 4, 'not asked at once');
  await pass(1);
  t.deepEqual(store.keys(1_000), [keys.sealing]);
  t.true(ours.includes(keys.sealing as string));
});

test.serial('a key of ours opens what it has sealed when the store had another one', async (t) => {
  mockClock(t);
  const store = new Store();
  const first = new Keys(t, store);
  await first.start();
  store.away = true;
  const late = new Keys(t, store);
  await late.start();
  const ours = late.sealing as string;
  store.away = false;
  await pass(5);
  t.is(late.sealing, first.sealing);
  t.true(late.installed.includes(ours));
  await pass(3 * rotation);
  t.false(late.installed.includes(ours), 'not for ever');
});

test.serial('a store that lost its memory is told those in use', async (t) => {
  mockClock(t);
  const store = new Store();
  const keys = new Keys(t, store);
  await keys.start();
  const before = store.keys(1_000, 1_001);
  store.lose();
  await pass(rotation / 4);
  t.deepEqual(store.keys(1_000, 1_001), before);
});

test.serial('a store that is late, or answers nonsense, has failed', async (t) => {
  mockClock(t);
  const never = new Keys(t, { agree: () => new Promise<never>(() => {}) }, { storeTimeout: 2_000 });
  await never.start();
  t.is(never.errors.length, 0);
  await pass(2);
  t.like(never.errors[0], { message: 'sessions.ticketKeyStore.agree: no answer within 2000 ms' });
  for (const answer of [undefined, 'key', new Uint8Array(79)]) {
    const keys = new Keys(t, { agree: () => answer as never });
    await keys.start();
    t.regex(keys.errors[0]?.message ?? '', /must be a Uint8Array of 80 bytes/);
    t.is(keys.installed.length, 4);
  }
});

test.serial('after stop() nothing is asked, and what comes late changes nothing', async (t) => {
  mockClock(t);
  let answer: ((key: Uint8Array) => void) | undefined;
  let asked = 0;
  const slow: TicketKeyStore = {
    agree: () => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  };
  const keys = new Keys(t, slow);
  await keys.start();
  const before = keys.installed;
  keys.stop();
  answer?.(new Uint8Array(80));
  await pass(2 * rotation);
  t.is(asked, 4);
  t.deepEqual(keys.installed, before);
  t.deepEqual(keys.errors, []);
});
