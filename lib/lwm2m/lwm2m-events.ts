import type { ClientError, DtlsSocket, TlsError } from '../index.js';
import type { Notification } from './observations.js';
import type { Registration } from './registration.js';
import type { RequestSummary } from './request-summary.js';

/** Events of an LwM2M server with their arguments. */
export interface Lwm2mServerEvents {
  /** The port is open. */
  listening: [];
  /** A DTLS handshake succeeded; nothing has been registered yet. */
  connection: [socket: DtlsSocket];
  /** A DTLS handshake failed. Nobody has to listen. */
  clientError: [error: ClientError];
  /** Every request that is not a duplicate, with its answer; before the event of the change it caused. */
  request: [request: RequestSummary, socket: DtlsSocket];
  /** `replaced` is the registration of the same endpoint that this one ended. */
  register: [registration: Registration, replaced: Registration | undefined];
  /** The registration as it is after the update. */
  update: [registration: Registration];
  /** The registration that a device has ended. */
  deregister: [registration: Registration];
  /** A device tells a new value of what is observed, see `observe()`. */
  notify: [notification: Notification, socket: DtlsSocket];
  /** A lifetime passed without an update. */
  expire: [registration: Registration];
  /** The UDP socket failed for good; the server closes. */
  error: [error: TlsError];
  /** The end, after the `'close'` of all sockets. */
  close: [];
}
