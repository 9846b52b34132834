/** Codes of {@link CoapError}. They are stable; match on them, not on the text. */
export type CoapErrorCode =
  /** The request and all its retransmissions stayed without an answer. */
  | 'ETIMEDOUT'
  /** The peer answered with a reset: it did not understand the request. */
  | 'ERR_COAP_RESET'
  /** The peer answered with a code that the operation does not expect; `response` holds it. */
  | 'ERR_COAP_RESPONSE'
  /** The association ended before an answer came, or the device is not connected. */
  | 'ERR_CLOSED'
  /** Update or De-register without a registration. */
  | 'ERR_NOT_REGISTERED';

/** A CoAP exchange that did not do what it was meant to do. */
export class CoapError extends Error {
  /** For stack traces. */
  override readonly name = 'CoapError';
  /** Stable; see {@link CoapErrorCode}. */
  readonly code: CoapErrorCode;
  /** Response code such as `'4.04'`, with `ERR_COAP_RESPONSE`. */
  readonly response: string | undefined;

  constructor(code: CoapErrorCode, message: string, details: { response?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.response = details.response;
  }
}
