import { describeFailure, type Failure } from '../../errors/failure.js';
import { Status, statusToError } from '../../errors/status.js';
import { systemError } from '../../errors/system-error.js';
import { TlsError } from '../../errors/tls-error.js';
import { ContractError } from './contract-error.js';
import { avsErrno } from './errno.js';

/** What a code of the rest of this library is in the contract's terms. */
const translations: ReadonlyMap<string, string> = new Map([
  ['ERR_INVALID_OPTION', 'EINVAL'],
  ['ERR_INVALID_PSK', 'EINVAL'],
  ['ERR_CLOSED', 'ECONNABORTED'],
  ['ERR_DANE_UNUSABLE', 'EPROTO'],
  ['ERR_PEER_LIMIT', 'ENOBUFS'],
  ['ENOTFOUND', 'EADDRNOTAVAIL'],
  ['EAI_AGAIN', 'EADDRNOTAVAIL'],
  ['EAI_NODATA', 'EADDRNOTAVAIL'],
  ['ABORT_ERR', 'ECONNABORTED'],
]);

/** Any error as one of the contract; `what` stands in front of the text of those that do not say it themselves. */
export function toContractError(what: string, error: unknown): ContractError {
  if (error instanceof ContractError) return error;
  const known = error instanceof TlsError ? error : systemErrorOrNone(what, error);
  if (known === undefined) {
    const text = error instanceof Error ? error.message : String(error);
    return new ContractError('EIO', `${what}: ${text}`, { cause: error });
  }
  const { errno, syscall, reason, library, libraryCode, verifyError, verifyCode, cause } = known;
  const code = translations.get(known.code) ?? known.code;
  return new ContractError(code, known.message, {
    ...{ errno, syscall, reason, library, libraryCode, verifyError, verifyCode, cause },
    avsCode: code === 'ERR_UNKNOWN_OPTION' ? avsErrno('EINVAL') : avsCodeOf(code),
  });
}

/** Runs a step that throws errors of any kind, and throws them as the contract's. */
export function inContractTerms<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw toContractError(what, error);
  }
}

/** Why an association ended, native code's words. An orderly end counts as a failure here: it came too early. */
export function failureError(what: string, failure: Failure): ContractError {
  const described = describeFailure(failure);
  if (described === undefined) return new ContractError('EPROTO', `${what}: the peer ended the handshake`);
  const { code, message, details } = described;
  const text = `${what}: ${message}`;
  if (code === 'ERR_ALERT_RECEIVED') {
    return new ContractError(code, text, { ...details, category: 'AVS_NET_SSL_ALERT_CATEGORY', avsCode: failure.code });
  }
  const reason = details.libraryCode;
  if (reason === undefined) return new ContractError(code, text, { ...details, avsCode: avsCodeOf(code) });
  if (reason <= 0 || reason > 0xffff) return new ContractError('EPROTO', text, details);
  return new ContractError(code, text, { ...details, category: 'AVS_NET_SSL_LIB_ERROR_CATEGORY', avsCode: reason });
}

/** A protocol failure has a code of this library where that says more than `EPROTO`. */
function avsCodeOf(code: string): number {
  return avsErrno(code.startsWith('ERR_') ? 'EPROTO' : code);
}

/** The outcome of a call on the binding that is not `ok`. */
export function statusError(what: string, status: number): ContractError {
  if (status === Status.daneUnusable) {
    return new ContractError('EPROTO', `${what}: DANE is enforced and none of the TLSA records can be used`);
  }
  if (status === Status.library) return new ContractError('EPROTO', `${what}: OpenSSL refused`);
  return toContractError(what, statusToError(what, status));
}

function systemErrorOrNone(what: string, error: unknown): TlsError | undefined {
  const hasCode = error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
  return hasCode ? systemError(what, error) : undefined;
}
