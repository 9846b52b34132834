import { alertNames, alertNumber } from '../errors/alerts.js';
import { boolean, integer, invalidOption, optionsRecord } from '../options/check.js';
import { closest } from '../options/closest.js';
import {
  type HandshakeTimeoutSettings,
  type HandshakeTimeouts,
  parseHandshakeTimeouts,
} from '../options/handshake-timeouts.js';
import type { DtlsServerOptions } from '../options/server-options.js';
import type { TestConnection } from './test-connection.js';

/** The longest time that a timer can have. */
const LONGEST = 2_147_483_647;

export interface TestServerOptions extends DtlsServerOptions {
  /**
   * How long `accept()` and `receive()` wait where they are not told. Integer 1..2147483647 ms, default 10000.
   * Throws `ERR_INVALID_OPTION`.
   */
  timeout?: number | undefined;
}

/** What `TestServer.accept()` waits for. */
export interface AcceptOptions {
  /**
   * When flights of handshakes that begin while this waits are sent again, and when they are given up; default as the
   * option of the server says. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   *
   * @example handshakeTimeouts: { min: 100, max: 800 }
   */
  handshakeTimeouts?: HandshakeTimeouts | undefined;
  /** Integer 1..2147483647 ms, default that of the server. Throws `ERR_INVALID_OPTION`. */
  timeout?: number | undefined;
  /** Which connection is wanted; others wait for somebody else. What it throws, `accept()` rejects with. Default: any. */
  filter?: ((connection: TestConnection) => boolean) | undefined;
  /** Whether handshakes that fail are passed over rather than thrown. Default false. Throws `ERR_INVALID_OPTION`. */
  ignoreFailures?: boolean | undefined;
}

/** How `TestServer.refuseHandshakes()` refuses. */
export interface RefuseHandshakesOptions {
  /** ClientHellos that are refused; those behind them are welcome. Integer 1..4294967295, default all. Throws `ERR_INVALID_OPTION`. */
  count?: number | undefined;
}

export interface AcceptSettings {
  readonly handshakeTimeouts: HandshakeTimeoutSettings | undefined;
  readonly timeout: number;
  readonly filter: (connection: TestConnection) => boolean;
  readonly ignoreFailures: boolean;
}

const acceptNames = [
  'handshakeTimeouts',
  'timeout',
  'filter',
  'ignoreFailures',
] as const satisfies readonly (keyof AcceptOptions)[];

export function parseAccept(value: unknown, timeout: number): AcceptSettings {
  const options = optionsRecord(value, 'accept', acceptNames);
  const timeouts = options['handshakeTimeouts'];
  return {
    handshakeTimeouts: timeouts === undefined ? undefined : parseHandshakeTimeouts(timeouts),
    timeout: parseTimeout(options['timeout'], timeout),
    filter: parseFilter(options['filter']),
    ignoreFailures: boolean(options['ignoreFailures'], 'ignoreFailures', false),
  };
}

export function parseTimeout(value: unknown, fallback: number, name = 'timeout'): number {
  return integer(value, name, { min: 1, max: LONGEST, unit: 'ms', default: fallback });
}

/** Default: whatever comes. */
export function parseFilter<T>(value: unknown): (item: T) => boolean {
  if (value === undefined) return () => true;
  if (typeof value === 'function') return value as (item: T) => boolean;
  throw invalidOption('filter', value, 'a function');
}

export function parseRefusals(value: unknown): number {
  const options = optionsRecord(value, 'refuseHandshakes', ['count']);
  return integer(options['count'], 'count', { min: 1, max: 2 ** 32 - 1, default: 2 ** 32 - 1 });
}

/** A number, or the name that IANA has for it. */
export function parseAlert(value: unknown): number {
  if (typeof value !== 'string') return integer(value, 'alert', { min: 0, max: 255 });
  const number = alertNumber(value);
  if (number !== undefined) return number;
  const suggestion = closest(value, alertNames());
  const advice = suggestion === undefined ? undefined : `did you mean '${suggestion}'?`;
  throw invalidOption('alert', value, 'the name of an alert, or its number', advice);
}
