/** Timing of the CoAP message layer (RFC 7252, 4.8). Times are milliseconds. */
export interface TransmissionParameters {
  /** Shortest time before the first retransmission. Default 2,000. */
  readonly ackTimeout: number;
  /** The first timeout is drawn between `ackTimeout` and this many times as much. Default 1.5. */
  readonly ackRandomFactor: number;
  /** Retransmissions before a request fails with `ETIMEDOUT`. Default 4. */
  readonly maxRetransmit: number;
}

export const defaultTransmission: TransmissionParameters = Object.freeze({
  ackTimeout: 2_000,
  ackRandomFactor: 1.5,
  maxRetransmit: 4,
});

/** How long a message id of a confirmable message must be remembered (RFC 7252, 4.8.2). */
export const EXCHANGE_LIFETIME_MILLIS = 247_000;

/** The same for a non-confirmable message. */
export const NON_LIFETIME_MILLIS = 145_000;

/** How long a requester waits for a separate response after the empty acknowledgement: MAX_TRANSMIT_WAIT. */
export const SEPARATE_RESPONSE_MILLIS = 93_000;
