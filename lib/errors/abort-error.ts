import { TlsError } from './tls-error.js';

/** What was interrupted by an AbortSignal; named and coded as Node's own. */
export function abortError(what: string, signal: AbortSignal | undefined): TlsError {
  const error = new TlsError('ABORT_ERR', `${what}: aborted`, { cause: signal?.reason });
  Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true });
  return error;
}
