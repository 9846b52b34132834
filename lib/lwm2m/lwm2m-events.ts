import type { ClientError, DtlsSocket, TlsError } from '../index.js';
import type { Registration } from './registration.js';
import type { RequestSummary } from './request-summary.js';

/** Events of an LwM2M server with their arguments. */
export interface Lwm2mServerEvents {
  listening: [];
  /** A DTLS handshake succeeded; nothing has been registered yet. */
  connection: [socket: DtlsSocket];
  /** A DTLS handshake failed. Nobody has to listen. */
  clientError: [error: ClientError];
  /** Every request that is not a duplicate, with its answer; before the event of the change it caused. */
  request: [request: RequestSummary, socket: DtlsSocket];
  /** `replaced` is the registration of the same endpoint that this one ended. */
  register: [registration: Registration, replaced: Registration | undefined];
  update: [registration: Registration];
  deregister: [registration: Registration];
  /** A lifetime passed without an update. */
  expire: [registration: Registration];
  /** The UDP socket failed for good; the server closes. */
  error: [error: TlsError];
  close: [];
}
