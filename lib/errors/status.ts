import { TlsError } from './tls-error.js';

/** Outcome of a call on the binding: `core::Status` in `native/core/status.h`. */
export const Status = {
  ok: 0,
  noSuchPeer: 1,
  notConnected: 2,
  tooLarge: 3,
  peerLimit: 4,
  addressInUse: 5,
  outOfMemory: 6,
  library: 7,
  daneUnusable: 8,
  exhausted: 9,
  badCredentials: 10,
  unsupported: 11,
} as const;

/** The error of a status that is not `ok`; `what` tells what was tried. `tooLarge` is the caller's: it knows the sizes. */
export function statusToError(what: string, status: number): TlsError {
  switch (status) {
    case Status.noSuchPeer:
      return new TlsError('ERR_CLOSED', `${what}: the connection is closed`);
    case Status.notConnected:
      return new TlsError('ERR_CLOSED', `${what}: not connected`);
    case Status.peerLimit:
      return new TlsError('ERR_PEER_LIMIT', `${what}: the table of peers is full`);
    case Status.addressInUse:
      return new TlsError('EADDRINUSE', `${what}: there is a connection with that address already`);
    case Status.outOfMemory:
      return new TlsError('ENOMEM', `${what}: out of memory`);
    case Status.library:
      return new TlsError('ERR_TLS_LIBRARY', `${what}: OpenSSL refused`, { library: 'OpenSSL' });
    case Status.daneUnusable:
      return new TlsError('ERR_DANE_UNUSABLE', `${what}: none of the TLSA records in dane.records can be used`);
    case Status.badCredentials:
      return new TlsError('ERR_INVALID_CERTIFICATE', `${what}: the certificate or its key cannot be used`);
    case Status.exhausted:
      return new TlsError('ERR_SEQUENCE_EXHAUSTED', `${what}: all 2^48 sequence numbers are used up: connect again`);
    case Status.unsupported:
      return new TlsError(
        'ENOTSUP',
        `${what}: OpenSSL has the records of this connection, and cannot send that: it takes a suite with AEAD, and for ` +
          "anything but a fatal alert recordLayer: 'own'",
      );
    default:
      return new TlsError('EPROTO', `${what}: unknown status ${status}`);
  }
}
