import { integer, invalidOption, number, optionsRecord } from '../options/check.js';

/**
 * Timing of the CoAP message layer (RFC 7252, 4.8). Times are milliseconds. The longest wait, which is the last,
 * `ackTimeout * ackRandomFactor * 2 ** maxRetransmit`, must not exceed 2147483647.
 */
export interface TransmissionParameters {
  /** Shortest time before the first retransmission. Integer 1..3600000, default 2000. */
  readonly ackTimeout: number;
  /** The first timeout is drawn between `ackTimeout` and this many times as much. Number 1..10, default 1.5. */
  readonly ackRandomFactor: number;
  /** Retransmissions before a request fails with `ETIMEDOUT`. Integer 0..20, default 4. */
  readonly maxRetransmit: number;
}

/** RFC 7252 section 4.8. */
export const defaultTransmission: TransmissionParameters = Object.freeze({
  ackTimeout: 2_000,
  ackRandomFactor: 1.5,
  maxRetransmit: 4,
});

/** Longest delay that a Node timer takes. */
const LONGEST_WAIT_MILLIS = 2_147_483_647;

const ACK_TIMEOUT_RANGE = { min: 1, max: 3_600_000, unit: 'ms', default: defaultTransmission.ackTimeout };
const RANDOM_FACTOR_RANGE = { min: 1, max: 10, default: defaultTransmission.ackRandomFactor };
const RETRANSMIT_RANGE = { min: 0, max: 20, default: defaultTransmission.maxRetransmit };

export function parseTransmission(value: unknown): TransmissionParameters {
  const known = Object.keys(defaultTransmission);
  const options = optionsRecord(value === undefined ? {} : value, 'transmission', known);
  const parameters = {
    ackTimeout: integer(options['ackTimeout'], 'transmission.ackTimeout', ACK_TIMEOUT_RANGE),
    ackRandomFactor: number(options['ackRandomFactor'], 'transmission.ackRandomFactor', RANDOM_FACTOR_RANGE),
    maxRetransmit: integer(options['maxRetransmit'], 'transmission.maxRetransmit', RETRANSMIT_RANGE),
  };
  const longest = parameters.ackTimeout * parameters.ackRandomFactor * 2 ** parameters.maxRetransmit;
  if (longest > LONGEST_WAIT_MILLIS) {
    throw invalidOption('transmission', parameters, `a longest wait of at most ${LONGEST_WAIT_MILLIS} ms`);
  }
  return Object.freeze(parameters);
}

/** How long a message id of a confirmable message must be remembered (RFC 7252, 4.8.2). */
export const EXCHANGE_LIFETIME_MILLIS = 247_000;

/** The same for a non-confirmable message. */
export const NON_LIFETIME_MILLIS = 145_000;

/** How long a requester waits for a separate response after the empty acknowledgement: MAX_TRANSMIT_WAIT. */
export const SEPARATE_RESPONSE_MILLIS = 93_000;
