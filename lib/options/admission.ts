import type { AdmissionSettings } from '../events/reactor.js';
import { integer, invalidOption, oneOf } from './check.js';

/** How many clients a server takes, and what becomes of those that are silent. */
export interface AdmissionOptions {
  /**
   * Largest number of associations at a time, handshakes in progress included; `whenFull` says what becomes of a client
   * above it. Integer 1..1048575, default 100000. Throws `ERR_INVALID_OPTION`.
   */
  maxPeers?: number | undefined;
  /**
   * Largest number of handshakes in progress: each takes 70 KB, with certificates up to 160 KB. A client above it gets no
   * answer, tries again by itself, and is counted in `counters().handshakesRefused`. Integer 1..1048575, default 8192. Throws
   * `ERR_INVALID_OPTION`.
   */
  maxHandshakes?: number | undefined;
  /**
   * Largest number of associations of one IP address, handshakes included; `counters().peersRefusedByAddress` counts what is
   * above. Integer 1..1048575, default: no limit, since whole fleets stand behind one address. Throws `ERR_INVALID_OPTION`.
   */
  maxPeersPerAddress?: number | undefined;
  /**
   * Largest number of handshakes in progress of one IP address, so that nobody can fill `maxHandshakes` alone. Counted as
   * `maxPeersPerAddress`. Integer 1..1048575, default: no limit. Throws `ERR_INVALID_OPTION`.
   */
  maxHandshakesPerAddress?: number | undefined;
  /**
   * A connection from which nothing has come for so long ends: the client is sent close_notify, the socket fails with
   * `ERR_IDLE_TIMEOUT`, `counters().peersExpired` counts it. Integer 1..2592000000 ms, default: never. Throws
   * `ERR_INVALID_OPTION`.
   *
   * @example idleTimeout: 26 * 3_600_000 // more than the lifetime of a registration
   */
  idleTimeout?: number | undefined;
  /**
   * What happens to a new client when there are `maxPeers`. `'evict-idle'`, the default: a connection from which nothing has
   * come for `evictAfter` makes room, once the new client has completed its handshake; it fails with `ERR_EVICTED`, and
   * `counters().peersEvicted` counts it. Without one, and with `'refuse'`: the new client gets no answer, and
   * `counters().peersRefused` counts it. Throws `ERR_INVALID_OPTION`.
   */
  whenFull?: 'refuse' | 'evict-idle' | undefined;
  /** See `whenFull`. Integer 1..2592000000 ms, default 1800000: half an hour. Throws `ERR_INVALID_OPTION`. */
  evictAfter?: number | undefined;
}

export interface ParsedAdmission {
  readonly maxPeers: number;
  readonly admission: AdmissionSettings;
}

export const admissionNames = [
  'maxPeers',
  'maxHandshakes',
  'maxPeersPerAddress',
  'maxHandshakesPerAddress',
  'idleTimeout',
  'whenFull',
  'evictAfter',
] as const satisfies readonly (keyof AdmissionOptions)[];

/** 30 days. */
const LONGEST_SILENCE = 2_592_000_000;

export function parseAdmission(options: Record<string, unknown>): ParsedAdmission {
  const limit = (name: keyof AdmissionOptions, byDefault: number) =>
    options[name] === undefined
      ? byDefault
      : integer(options[name], name, { min: 1, max: 1_048_575, default: byDefault });
  const millis = (name: keyof AdmissionOptions, byDefault: number) =>
    options[name] === undefined
      ? byDefault
      : integer(options[name], name, { min: 1, max: LONGEST_SILENCE, unit: 'ms', default: byDefault });
  const evicts = oneOf(options['whenFull'], 'whenFull', ['refuse', 'evict-idle'], 'evict-idle') === 'evict-idle';
  if (!evicts && options['evictAfter'] !== undefined) {
    throw invalidOption('evictAfter', options['evictAfter'], "nothing together with whenFull: 'refuse'");
  }
  return Object.freeze({
    maxPeers: limit('maxPeers', 100_000),
    admission: Object.freeze({
      maxHandshakes: limit('maxHandshakes', 8_192),
      maxPeersPerAddress: limit('maxPeersPerAddress', 0),
      maxHandshakesPerAddress: limit('maxHandshakesPerAddress', 0),
      idleTimeoutMillis: millis('idleTimeout', 0),
      evictAfterMillis: evicts ? millis('evictAfter', 1_800_000) : 0,
    }),
  });
}
