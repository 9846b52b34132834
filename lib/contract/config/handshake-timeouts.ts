import { invalidOption, optionsRecord } from '../../options/check.js';

/** `avs_net_dtls_handshake_timeouts_t`: when lost handshake flights are sent again, and when a handshake is given up. */
export interface DtlsHandshakeTimeouts {
  /** First wait, milliseconds, 0..4294967. It doubles with each repetition. */
  min: number;
  /**
   * Cap of the doubling, milliseconds, 0..4294967: when a wait of this length has passed without an answer, the handshake
   * fails with `ETIMEDOUT`. Above 4096 times `min` it counts as that: OpenSSL repeats a flight twelve times, not more.
   */
  max: number;
}

/** `AVS_NET_SOCKET_DEFAULT_DTLS_HANDSHAKE_TIMEOUTS`: flights after 0, 1, 3, 7, 15, 31 and 63 s, failure after 123 s. */
export const DEFAULT_DTLS_HANDSHAKE_TIMEOUTS: Readonly<DtlsHandshakeTimeouts> = Object.freeze({
  min: 1_000,
  max: 60_000,
});

/** Milliseconds whose microseconds fit 32 bits. */
const LONGEST = 4_294_967;

const LARGEST_RATIO = 2 ** 12;

export function parseDtlsHandshakeTimeouts(value: unknown): Readonly<DtlsHandshakeTimeouts> {
  const { min, max } = optionsRecord(value, 'dtlsHandshakeTimeouts', ['min', 'max']);
  const shortest = { min: duration(min, 'dtlsHandshakeTimeouts.min'), max: duration(max, 'dtlsHandshakeTimeouts.max') };
  return Object.freeze({ min: shortest.min, max: Math.min(shortest.max, shortest.min * LARGEST_RATIO) });
}

/** In microseconds; at least one, since 0 means something else to native code. */
export function timeoutMicros(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1_000));
}

function duration(value: unknown, name: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= LONGEST)) {
    throw invalidOption(name, value, `a number from 0 to ${LONGEST} ms`);
  }
  return Math.max(1, value);
}
