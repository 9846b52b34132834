import { boolean, integer, invalidOption, invalidSecret, optionsRecord } from './check.js';

/**
 * Keeps a server's sessions outside of its process, by session id in hexadecimal. A `Map` is one, and so are the usual
 * clients of caches; every method may return a promise. A session holds the keys of its connections: keep it as you keep
 * those.
 */
export interface SessionStore {
  /** The session of an id; nothing when there is none. It may be late or fail: the client makes a full handshake then. */
  get(id: string): StoredSession | Promise<StoredSession>;
  /** Keeps a new session, for `timeout` seconds at least if it is to be of use. The array is the store's from then on. */
  set(id: string, session: Uint8Array, timeout: number): unknown;
  /** Forgets a session that must not be resumed. */
  delete(id: string): unknown;
}

/** What {@link SessionStore.get} answers; null and undefined: there is none. */
export type StoredSession = Uint8Array | null | undefined;

/**
 * Lets servers agree on the keys of their tickets while these change: one key for each period of time, the same for all who
 * share the store. Whoever reads it can read what was sent, and impersonate devices and servers: protect it as private keys.
 */
export interface TicketKeyStore {
  /**
   * The key of a period, 80 bytes: that which it has, else `candidate`, which from then on is the answer to everybody. Of those
   * who ask at the same time one must win. `candidate` belongs to the store from then on; what it answers is only read.
   *
   * The key is to be kept for `seconds`, and to be forgotten then: this is what makes old tickets unreadable for ever.
   */
  agree(period: number, candidate: Uint8Array, seconds: number): Uint8Array | Promise<Uint8Array>;
}

/** How clients of a server can resume an earlier session with a short handshake. */
export interface SessionOptions {
  /**
   * Sessions that are kept in memory by id, for clients without tickets; the oldest goes first, each needs about a
   * kilobyte. Integer 0..1048576, default 20480; 0 keeps none. `SSL_CTX_sess_set_cache_size`.
   */
  cacheSize?: number | undefined;
  /** How long a session can be resumed. Integer 1..604800 seconds, default 86400: a day. `SSL_CTX_set_timeout`. */
  timeout?: number | undefined;
  /**
   * Whether clients that understand them get tickets (RFC 5077): the session itself, encrypted for us, so that nothing
   * is kept here. Default true. `SSL_OP_NO_TICKET`.
   */
  tickets?: boolean | undefined;
  /**
   * What tickets are encrypted with: one or more keys of 80 bytes, one after the other. The first seals, all of them
   * open, so that servers which share their keys can change them in turn; 16 bytes of each are its name, 32 the AES-256
   * key, 32 the HMAC key. Default: random keys of this server alone, changed every `timeout` seconds; the one before
   * still opens. Whoever has them reads what was sent before: see `DtlsServer.setTicketKeys()`.
   */
  ticketKeys?: Uint8Array | readonly Uint8Array[] | undefined;
  /**
   * Where servers agree on the keys of tickets instead of being given them: the tickets of each are good at all the others,
   * and the keys change by themselves. A server seals with the key of the current period, and opens with those of as many
   * before as a session can be resumed, and with the next one, since clocks differ. Its clock must be right to within
   * `ticketKeyRotation`. `listen()` waits for the store, for `storeTimeout` at most. While the store fails the keys stay, and
   * before it has ever answered they are random ones of this server; `sessionStoreError` tells, and it is asked again.
   * Cannot be combined with `ticketKeys`.
   */
  ticketKeyStore?: TicketKeyStore | undefined;
  /**
   * How long each key of `ticketKeyStore` seals; it opens for `timeout` more. All servers that share the store must have the
   * same. Integer 1..604800 seconds and at least a 24th of `timeout`, default `timeout`.
   */
  ticketKeyRotation?: number | undefined;
  /** Keeps sessions by id instead of the memory of `cacheSize`, for several processes say. Tickets do not need it. */
  store?: SessionStore | undefined;
  /**
   * How long a handshake waits for `store.get()`; then it goes on as if there were no such session. As long is waited for
   * `ticketKeyStore`. Integer 1..60000 ms, default 1000, the first repetition of a client.
   */
  storeTimeout?: number | undefined;
}

export interface SessionSettings {
  /** False when sessions cannot be resumed at all. */
  readonly enabled: boolean;
  readonly cacheSize: number;
  readonly timeout: number;
  readonly tickets: boolean;
  /** Copies of ours; null: random ones. */
  readonly ticketKeys: Uint8Array | null;
  readonly ticketKeyStore: TicketKeyStore | null;
  /** Seconds. */
  readonly ticketKeyRotation: number;
  readonly store: SessionStore | null;
  readonly storeTimeout: number;
}

/** Bytes of one ticket key. */
export const TICKET_KEY_BYTES = 80;

/** More than a server changes through in the life of a ticket: each is tried for its name. */
const MAX_TICKET_KEYS = 32;

/** Periods that a session may outlive the one it was sealed in: hours of the default day. Each costs a key or two in memory. */
const MAX_PERIODS_BACK = 24;

/** RFC 8446 section 4.6.1: a week. */
const LONGEST_TIMEOUT = 604_800;

const names: Record<keyof SessionOptions, true> = {
  cacheSize: true,
  timeout: true,
  tickets: true,
  ticketKeys: true,
  ticketKeyStore: true,
  ticketKeyRotation: true,
  store: true,
  storeTimeout: true,
};

/** `false` is for no sessions at all. */
export function parseSessions(value: unknown): SessionSettings {
  if (value === false) return disabled;
  const options = optionsRecord(value === undefined ? {} : value, 'sessions', Object.keys(names));
  const store = parseStore(options['store']);
  const cacheSize = integer(options['cacheSize'], 'sessions.cacheSize', { min: 0, max: 1_048_576, default: 20_480 });
  const tickets = boolean(options['tickets'], 'sessions.tickets', true);
  const timeout = seconds(options['timeout'], 'sessions.timeout', 86_400);
  checkTicketOptions(options, tickets);
  return Object.freeze({
    enabled: tickets || cacheSize > 0 || store !== null,
    cacheSize: store === null ? cacheSize : 0,
    timeout,
    tickets,
    store,
    storeTimeout: integer(options['storeTimeout'], 'sessions.storeTimeout', {
      min: 1,
      max: 60_000,
      unit: 'ms',
      default: 1_000,
    }),
    ticketKeyStore: parseTicketKeyStore(options['ticketKeyStore']),
    ticketKeyRotation: parseRotation(options['ticketKeyRotation'], timeout),
    ticketKeys: options['ticketKeys'] === undefined ? null : parseTicketKeys(options['ticketKeys']),
  });
}

/** One after the other, in memory of its own. Throws `ERR_INVALID_OPTION`, and never shows what was given. */
export function parseTicketKeys(value: unknown): Uint8Array {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const expected = `a Uint8Array of 1 to ${MAX_TICKET_KEYS} times ${TICKET_KEY_BYTES} bytes, or an array of them`;
  if (!parts.every((part) => part instanceof Uint8Array)) throw invalidSecret('ticketKeys', value, expected);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const wellFormed = parts.every((part) => part.length > 0 && part.length % TICKET_KEY_BYTES === 0);
  if (!wellFormed || length === 0 || length > MAX_TICKET_KEYS * TICKET_KEY_BYTES) {
    throw invalidSecret('ticketKeys', value, `${expected}, not of ${length} bytes`);
  }
  const keys = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    keys.set(part, offset);
    offset += part.length;
  }
  return keys;
}

const disabled: SessionSettings = Object.freeze({
  enabled: false,
  cacheSize: 0,
  timeout: LONGEST_TIMEOUT,
  tickets: false,
  ticketKeys: null,
  ticketKeyStore: null,
  ticketKeyRotation: LONGEST_TIMEOUT,
  store: null,
  storeTimeout: 1_000,
});

/** Options that would have no effect are refused: their author believes otherwise. */
function checkTicketOptions(options: Record<string, unknown>, tickets: boolean): void {
  for (const name of ['ticketKeys', 'ticketKeyStore'] as const) {
    if (tickets || options[name] === undefined) continue;
    throw invalidOption('sessions.tickets', false, `true together with ${name}`);
  }
  if (options['ticketKeys'] !== undefined && options['ticketKeyStore'] !== undefined) {
    throw invalidSecret('sessions.ticketKeys', options['ticketKeys'], 'nothing together with ticketKeyStore');
  }
  if (options['ticketKeyRotation'] !== undefined && options['ticketKeyStore'] === undefined) {
    throw invalidOption('sessions.ticketKeyRotation', options['ticketKeyRotation'], 'nothing without ticketKeyStore');
  }
}

function parseRotation(value: unknown, timeout: number): number {
  const rotation = seconds(value, 'sessions.ticketKeyRotation', timeout);
  if (periodsBack(timeout, rotation) <= MAX_PERIODS_BACK) return rotation;
  const shortest = Math.ceil(timeout / MAX_PERIODS_BACK);
  throw invalidOption(
    'sessions.ticketKeyRotation',
    value,
    `at least ${shortest} seconds, a ${MAX_PERIODS_BACK}th of sessions.timeout`,
  );
}

/** Of how many earlier periods there can be tickets that are still good. */
export function periodsBack(timeout: number, rotation: number): number {
  return Math.ceil(timeout / rotation);
}

function seconds(value: unknown, name: string, fallback: number): number {
  return integer(value, name, { min: 1, max: LONGEST_TIMEOUT, unit: 'seconds', default: fallback });
}

/** An earlier session that a client offers. Empty: none. */
export function parseSession(value: unknown): Uint8Array {
  if (value === undefined) return new Uint8Array();
  if (value instanceof Uint8Array && value.length <= 65_535) return Uint8Array.from(value);
  throw invalidSecret('session', value, 'a Uint8Array of at most 65535 bytes: the session of an earlier socket');
}

function parseStore(value: unknown): SessionStore | null {
  if (value === undefined) return null;
  if (hasMethods(value, ['get', 'set', 'delete'])) return value as SessionStore;
  throw invalidSecret('sessions.store', value, 'an object with the methods get, set and delete, such as a Map');
}

function parseTicketKeyStore(value: unknown): TicketKeyStore | null {
  if (value === undefined) return null;
  if (hasMethods(value, ['agree'])) return value as TicketKeyStore;
  throw invalidSecret(
    'sessions.ticketKeyStore',
    value,
    'an object with the method agree, such as a MemoryTicketKeyStore',
  );
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
