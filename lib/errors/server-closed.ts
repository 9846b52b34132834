import { TlsError } from './tls-error.js';

export function serverClosed(what: string): TlsError {
  return new TlsError('ERR_CLOSED', `${what}: the server is closed`);
}
