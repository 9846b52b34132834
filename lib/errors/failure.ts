import { native } from '../binding.js';
import { alertName } from './alerts.js';
import { describeErrno } from './system-error.js';
import { TlsError, type TlsErrorCode, type TlsErrorDetails } from './tls-error.js';

/** Why an association ended: `core::Cause` in `native/core/failure.h`. */
export const Cause = {
  localClose: 0,
  closeNotify: 1,
  timeout: 2,
  transport: 3,
  alertReceived: 4,
  library: 5,
  badFinished: 6,
  verify: 7,
  replaced: 8,
  idle: 9,
  evicted: 10,
  exhausted: 11,
  rejected: 12,
} as const;

/** What the `code` of a `rejected` failure says: `core::Rejection`. */
export const Rejection = { denied: 0, noAnswer: 1 } as const;

export interface Failure {
  cause: number;
  code: number;
  /** OpenSSL's words, empty unless `cause` is `library` or `verify`. */
  reason: string;
}

/** What a failure is in the terms of the public API. */
export interface DescribedFailure {
  code: TlsErrorCode;
  message: string;
  details: TlsErrorDetails;
}

/** SSL_R_PSK_IDENTITY_NOT_FOUND of OpenSSL. */
const PSK_IDENTITY_NOT_FOUND = 223;
/** SSL_R_CERTIFICATE_VERIFY_FAILED. */
const CERTIFICATE_VERIFY_FAILED = 134;

/** Closed here, or by the peer's close_notify. */
export function isInOrder({ cause }: Failure): boolean {
  return cause === Cause.localClose || cause === Cause.closeNotify;
}

/**
 * Undefined when the association ended in order: see {@link isInOrder}. `refusal` is the error of a
 * question that the application has not answered, if there was one.
 */
export function describeFailure({ cause, code, reason }: Failure, refusal?: TlsError): DescribedFailure | undefined {
  switch (cause) {
    case Cause.localClose:
    case Cause.closeNotify:
      return undefined;
    case Cause.timeout:
      return { code: 'ETIMEDOUT', message: 'no answer after all retransmissions', details: {} };
    case Cause.transport: {
      const system = describeErrno(code);
      return { code: system.code, message: system.text, details: { errno: code } };
    }
    case Cause.alertReceived: {
      const alert = code & 0xff;
      const name = alertName(alert);
      return {
        code: 'ERR_ALERT_RECEIVED',
        message: `the peer sent alert ${alert} (${name})`,
        details: { alert, alertLevel: code >> 8, alertName: name },
      };
    }
    case Cause.library:
      if (code === PSK_IDENTITY_NOT_FOUND) {
        return {
          code: 'ERR_UNKNOWN_PSK_IDENTITY',
          message: 'the client gave a PSK identity that is not in the store',
          details: { reason, library: 'OpenSSL', libraryCode: code },
        };
      }
      return {
        code: 'ERR_TLS_LIBRARY',
        message: `OpenSSL refused: ${reason}`,
        details: { reason, library: 'OpenSSL', libraryCode: code },
      };
    case Cause.badFinished:
      return {
        code: 'ERR_BAD_FINISHED',
        message: 'the first protected record is unreadable: the PSK keys differ',
        details: {},
      };
    case Cause.verify: {
      const { name: verifyError, text } = native.verifyError(code);
      return {
        code: 'ERR_CERTIFICATE_VERIFY',
        message: `the peer's certificate is not believed: ${reason || text} (${verifyError})`,
        details: {
          ...{ verifyError, verifyCode: code, reason: reason || text },
          ...{ library: 'OpenSSL', libraryCode: CERTIFICATE_VERIFY_FAILED },
        },
      };
    }
    case Cause.replaced:
      return {
        code: 'ERR_REPLACED',
        message:
          'the client has started again from the same address and port, its new connection took the place of this one',
        details: {},
      };
    case Cause.idle:
      return { code: 'ERR_IDLE_TIMEOUT', message: 'nothing has come for the time of idleTimeout', details: {} };
    case Cause.evicted:
      return {
        code: 'ERR_EVICTED',
        message: 'the server is full, and this connection was idle: another client has its place (whenFull, maxPeers)',
        details: {},
      };
    case Cause.exhausted:
      return {
        code: 'ERR_SEQUENCE_EXHAUSTED',
        message: 'all 2^48 sequence numbers of DTLS are used up: connect again',
        details: {},
      };
    case Cause.rejected:
      if (code === Rejection.denied) {
        return { code: 'ERR_CLIENT_DENIED', message: 'the client was not admitted', details: {} };
      }
      if (code === Rejection.noAnswer) {
        const { code: why, message, cause: thrown } = refusal ?? noAnswer;
        return { code: why, message, details: { cause: thrown } };
      }
      return {
        code: 'ERR_PEER_LIMIT',
        message: 'the server is full (maxPeers), and no connection is idle enough to make room',
        details: {},
      };
    default:
      return { code: 'EPROTO', message: `unknown cause ${cause}`, details: { reason } };
  }
}

const noAnswer = { code: 'ERR_NO_ANSWER', message: 'the application did not answer in time', cause: undefined };

/** The same as an error, `what` in front; undefined when the association ended in order. */
export function failureToError(what: string, failure: Failure): TlsError | undefined {
  const described = describeFailure(failure);
  return described && new TlsError(described.code, `${what}: ${described.message}`, described.details);
}
