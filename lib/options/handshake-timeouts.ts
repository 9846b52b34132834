import { integer, invalidOption, optionsRecord } from './check.js';

/** Retransmission of handshake flights, RFC 6347 section 4.2.4. */
export interface HandshakeTimeouts {
  /**
   * Wait before a flight is sent again for the first time; it doubles with each repetition. Milliseconds, integer
   * 1..4294967, default 1000.
   */
  min?: number | undefined;
  /**
   * Cap of the doubling. When a wait of this length has passed without an answer, the handshake fails with
   * `ETIMEDOUT`. Milliseconds, integer 1..4294967, at most 4096 times `min`: OpenSSL repeats a flight twelve times, not
   * more. Default 60000, or that limit where it is less. With the defaults a flight is sent after 0, 1, 3, 7, 15, 31 and
   * 63 seconds, and given up after 123. Not above `min`: one flight, given up after `min`.
   */
  max?: number | undefined;
}

export interface HandshakeTimeoutSettings {
  readonly min: number;
  readonly max: number;
}

/** The largest number of milliseconds whose microseconds fit 32 bits. */
const LONGEST = 4_294_967;

/** `DTLS1_TMO_ALERT_COUNT` of OpenSSL: a flight is repeated twelve times, and each repetition doubles the wait. */
const LARGEST_RATIO = 2 ** 12;

export function parseHandshakeTimeouts(value: unknown): HandshakeTimeoutSettings {
  const options = optionsRecord(value === undefined ? {} : value, 'handshakeTimeouts', ['min', 'max']);
  const range = { min: 1, max: LONGEST, unit: 'ms' };
  const min = integer(options['min'], 'handshakeTimeouts.min', { ...range, default: 1_000 });
  const longest = min * LARGEST_RATIO;
  const max = integer(options['max'], 'handshakeTimeouts.max', { ...range, default: Math.min(60_000, longest) });
  if (max > longest) {
    throw invalidOption(
      'handshakeTimeouts.max',
      max,
      `at most ${LARGEST_RATIO} times min, ${longest} ms`,
      'OpenSSL repeats a flight twelve times, not more: raise min or lower max',
    );
  }
  return Object.freeze({ min, max });
}
