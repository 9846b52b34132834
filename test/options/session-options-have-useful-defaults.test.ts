import test from 'ava';
import { MemoryTicketKeyStore } from 'lwm2m-tls';
import { parseConnectOptions } from '#lib/options/client-options.js';
import { parseServerOptions } from '#lib/options/server-options.js';
import { parseTicketKeys, TICKET_KEY_BYTES } from '#lib/options/sessions.js';

const psk = { device: Buffer.from('key') };
const parse = (sessions?: unknown) => parseServerOptions({ psk, sessions }).security.sessions;
const invalid = { code: 'ERR_INVALID_OPTION' };

test('ids and tickets for a day', (t) => {
  t.deepEqual(parse(), {
    enabled: true,
    cacheSize: 20_480,
    timeout: 86_400,
    tickets: true,
    ticketKeys: null,
    ticketKeyStore: null,
    ticketKeyRotation: 86_400,
    store: null,
    storeTimeout: 1_000,
  });
});

test('each can be switched off, and all of it', (t) => {
  t.like(parse({ tickets: false }), { enabled: true, tickets: false });
  t.like(parse({ cacheSize: 0 }), { enabled: true, cacheSize: 0 });
  t.like(parse({ cacheSize: 0, tickets: false }), { enabled: false });
  t.like(parse(false), { enabled: false, cacheSize: 0, tickets: false });
});

test('a Map is a store, which takes the place of the memory', (t) => {
  const store = new Map<string, Uint8Array>();
  t.like(parse({ store }), { enabled: true, cacheSize: 0 });
  t.is(parse({ store }).store, store);
  for (const bad of [null, {}, { get() {}, set() {} }, 'redis']) t.throws(() => parse({ store: bad }), invalid);
});

test('numbers have their ranges', (t) => {
  for (const [name, values] of [
    ['cacheSize', [-1, 1_048_577, 1.5]],
    ['timeout', [0, 604_801, '60']],
    ['storeTimeout', [0, 60_001]],
  ] as const) {
    for (const value of values)
      t.throws(() => parse({ [name]: value }), { ...invalid, message: /^sessions\.\w+: got/ });
  }
});

test('ticket keys are one or more of 80 bytes, copied and never shown', (t) => {
  const key = (fill: number) => new Uint8Array(TICKET_KEY_BYTES).fill(fill);
  const given = key(1);
  const parsed = parseTicketKeys([given, key(2)]);
  given.fill(9);
  t.deepEqual(parsed, Uint8Array.from([...key(1), ...key(2)]));
  t.deepEqual(parseTicketKeys(parsed), parsed);
  for (const bad of [
    null,
    'secret',
    [],
    new Uint8Array(0),
    new Uint8Array(79),
    [key(1), 'secret'],
    new Uint8Array(33 * 80),
  ]) {
    const { message } = t.throws(() => parseTicketKeys(bad), invalid);
    t.notRegex(message, /secret/);
  }
  t.throws(() => parse({ tickets: false, ticketKeys: key(1) }), { ...invalid, message: /^sessions.tickets/ });
});

test('keys of tickets come from one place, and last no shorter than a 24th of a session', (t) => {
  const ticketKeyStore = new MemoryTicketKeyStore();
  t.is(parse({ ticketKeyStore }).ticketKeyStore, ticketKeyStore);
  t.is(parse({ ticketKeyStore, timeout: 60 }).ticketKeyRotation, 60);
  t.is(parse({ ticketKeyStore, ticketKeyRotation: 3_600 }).ticketKeyRotation, 3_600);
  t.is(parse({ ticketKeyStore, timeout: 60, ticketKeyRotation: 604_800 }).ticketKeyRotation, 604_800);
  for (const [bad, message] of [
    [{ ticketKeyStore: null }, /^sessions.ticketKeyStore/],
    [{ ticketKeyStore: new Map() }, /^sessions.ticketKeyStore: .*the method agree/],
    [{ ticketKeyStore, tickets: false }, /^sessions.tickets: .*true together with ticketKeyStore/],
    [
      { ticketKeyStore, ticketKeys: new Uint8Array(80) },
      /^sessions.ticketKeys: .*nothing together with ticketKeyStore/,
    ],
    [{ ticketKeyRotation: 3_600 }, /^sessions.ticketKeyRotation: .*nothing without ticketKeyStore/],
    [{ ticketKeyStore, ticketKeyRotation: 3_599 }, /^sessions.ticketKeyRotation: .*at least 3600 seconds/],
    [{ ticketKeyStore, ticketKeyRotation: 604_801 }, /^sessions.ticketKeyRotation: .*1 to 604800/],
  ] as const) {
    t.throws(() => parse(bad), { ...invalid, message });
  }
});

test('a client offers nothing, keeps what comes, and asks for tickets', (t) => {
  const client = (options: object = {}) => parseConnectOptions({ host: 'h', port: 1, ...options }).security;
  t.like(client(), { sessions: true, tickets: true });
  t.is(client().session.length, 0);
  t.like(client({ session: false }), { sessions: false, tickets: false });
  t.like(client({ tickets: false }), { sessions: true, tickets: false });
  const session = new Uint8Array([1]);
  t.not(client({ session }).session, session, 'a copy, which may be wiped');
});
