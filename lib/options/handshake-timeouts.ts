import { integer, optionsRecord } from './check.js';

/** Retransmission of handshake flights, RFC 6347 section 4.2.4. */
export interface HandshakeTimeouts {
  /**
   * Wait before a flight is sent again for the first time; it doubles with each repetition. Milliseconds, integer
   * 1..4294967, default 1000.
   */
  min?: number | undefined;
  /**
   * Cap of the doubling. When a wait of this length has passed without an answer, the handshake fails with
   * `ETIMEDOUT`. Milliseconds, integer 1..4294967, default 60000. With the defaults a flight is sent after 0, 1, 3, 7,
   * 15, 31 and 63 seconds, and given up after 123. Not above `min`: one flight, given up after `min`.
   */
  max?: number | undefined;
}

export interface HandshakeTimeoutSettings {
  readonly min: number;
  readonly max: number;
}

/** The largest number of milliseconds whose microseconds fit 32 bits. */
const LONGEST = 4_294_967;

export function parseHandshakeTimeouts(value: unknown): HandshakeTimeoutSettings {
  const { min, max } = optionsRecord(value ?? {}, 'handshakeTimeouts', ['min', 'max']);
  return Object.freeze({
    min: integer(min, 'handshakeTimeouts.min', { min: 1, max: LONGEST, unit: 'ms', default: 1_000 }),
    max: integer(max, 'handshakeTimeouts.max', { min: 1, max: LONGEST, unit: 'ms', default: 60_000 }),
  });
}
