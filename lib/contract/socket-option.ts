import type { TlsaRecord } from '../binding.js';
import type { DtlsHandshakeTimeouts } from './config/handshake-timeouts.js';
import type { AddressFamily, SocketState } from './socket-state.js';

/** `avs_net_socket_opt_key_t`. {@link SocketOptionValues} and {@link SettableOptionValues} say what each is. */
export const SocketOption = {
  /** `AVS_NET_SOCKET_OPT_RECV_TIMEOUT`. */
  recvTimeout: 0,
  /** `AVS_NET_SOCKET_OPT_STATE`. */
  state: 1,
  /** `AVS_NET_SOCKET_OPT_ADDR_FAMILY`. */
  addrFamily: 2,
  /** `AVS_NET_SOCKET_OPT_MTU`. */
  mtu: 3,
  /** `AVS_NET_SOCKET_OPT_INNER_MTU`. */
  innerMtu: 4,
  /** `AVS_NET_SOCKET_OPT_SESSION_RESUMED`. */
  sessionResumed: 5,
  /** `AVS_NET_SOCKET_OPT_BYTES_SENT`. */
  bytesSent: 6,
  /** `AVS_NET_SOCKET_OPT_BYTES_RECEIVED`. */
  bytesReceived: 7,
  /** `AVS_NET_SOCKET_OPT_DANE_TLSA_ARRAY`. */
  daneTlsaArray: 8,
  /** `AVS_NET_SOCKET_HAS_BUFFERED_DATA`. */
  hasBufferedData: 9,
  /** `AVS_NET_SOCKET_OPT_DTLS_HANDSHAKE_TIMEOUTS`. */
  dtlsHandshakeTimeouts: 10,
  /** `AVS_NET_SOCKET_OPT_CONNECTION_ID_RESUMED`. */
  connectionIdResumed: 11,
  /** `AVS_NET_SOCKET_OPT_PREFERRED_ADDR_FAMILY`. */
  preferredAddrFamily: 12,
  /** `AVS_NET_SOCKET_OPT_FORCED_ADDR_FAMILY`. */
  forcedAddrFamily: 13,
} as const;
export type SocketOption = (typeof SocketOption)[keyof typeof SocketOption];

/** What {@link NetSocket.getOpt} returns, by key. `avs_net_socket_opt_value_t`. */
export interface SocketOptionValues {
  /** How long `receive` and `accept` wait, milliseconds; 0 and less: not at all, `Infinity`: without end. Default 30000. */
  [SocketOption.recvTimeout]: number;
  /** That of the backend. */
  [SocketOption.state]: SocketState;
  /** Of what is open. */
  [SocketOption.addrFamily]: AddressFamily;
  /** Bytes of a packet with its IP header: `forcedMtu`, else of the path to the peer. `ENOTCONN` without either. */
  [SocketOption.mtu]: number;
  /** Bytes of the largest message that one packet carries; 0 for streams and while closed; `EBADF` before a handshake. */
  [SocketOption.innerMtu]: number;
  /** Whether the last handshake continued a session that an earlier one had established. */
  [SocketOption.sessionResumed]: boolean;
  /** Payload of UDP or TCP, records and handshakes in full, since the socket was created. */
  [SocketOption.bytesSent]: number;
  /** The same of what came. */
  [SocketOption.bytesReceived]: number;
  /** Whether `receive` would find something at once. */
  [SocketOption.hasBufferedData]: boolean;
  /** Whether the connection went on without a handshake. */
  [SocketOption.connectionIdResumed]: boolean;
  /** As set, or configured. */
  [SocketOption.preferredAddrFamily]: AddressFamily;
  /** As set, or configured. */
  [SocketOption.forcedAddrFamily]: AddressFamily;
}

/** What {@link NetSocket.setOpt} takes, by key. `avs_net_socket_opt_value_t`. */
export interface SettableOptionValues {
  /** Not a number counts as `Infinity`. */
  [SocketOption.recvTimeout]: number;
  /**
   * `avs_net_socket_dane_tlsa_array_t`. For the next handshake; copied; an empty array clears. `EINVAL` unless
   * `security.dane` is configured.
   */
  [SocketOption.daneTlsaArray]: readonly TlsaRecord[];
  /** For the next handshake. `EBADF` for TLS, and for values out of range. */
  [SocketOption.dtlsHandshakeTimeouts]: DtlsHandshakeTimeouts;
  /** Tried first, at the next resolution of a name. `EINVAL`. */
  [SocketOption.preferredAddrFamily]: AddressFamily;
  /** The only one, from the next resolution of a name on. `EINVAL`. */
  [SocketOption.forcedAddrFamily]: AddressFamily;
}
