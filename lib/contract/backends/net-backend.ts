import { invalidSecret } from '../../options/check.js';
import type { AddressFamily, SocketState } from '../socket-state.js';

/**
 * The unencrypted socket below a {@link NetSocket}, which takes it by `decorate`: `avs_net_socket_t` as far as a (D)TLS
 * layer uses it. Implement it for a transport of your own, such as SMS; `createUdpBackend`, `createTcpBackend`,
 * `streamBackend` and `datagramBackend` make those that exist. What is absent or undefined is answered with an error,
 * as a slot of the C structure that is NULL.
 *
 * @example
 * const sms: NetBackend = {
 *   type: 'datagram',
 *   state: SocketState.connected,
 *   innerMtu: 140,
 *   send: (message) => modem.submit(message),
 *   receive: () => modem.nextMessage(),
 *   close: () => modem.hangUp(),
 * };
 * await socket.decorate(sms);
 */
export interface NetBackend {
  /** Whether each `send` is one message with its bounds, or the bytes follow one another. */
  readonly type: 'datagram' | 'stream';
  /** Asked before every operation. Connected: a client's handshake begins at once; accepted: a server's. */
  readonly state: SocketState;
  /** Resolves when data can be sent. A rejection with a `code` is given to the caller of `connect` as it is. */
  connect?(host: string, port: number): Promise<void> | void;
  /** Takes a local address; null: every interface, port 0: any. */
  bind?(address: string | null, port: number): Promise<void> | void;
  /** All of it, or an error. The bytes may be used after the call. */
  send(data: Uint8Array): Promise<void> | void;
  /**
   * The next message, or the next bytes of the stream; null at the end. Called again when it has resolved. It must not
   * remain pending once `close` was called.
   */
  receive(): Promise<Uint8Array | null>;
  /** Nothing is sent or received any more; what is known of both ends stays. */
  shutdown?(): Promise<void> | void;
  /** Back to `closed`. After it `connect` and `bind` may be called again. */
  close(): Promise<void> | void;
  /** Frees everything, after `close`. */
  cleanup?(): Promise<void> | void;
  /** Descriptor. */
  readonly systemSocket?: number | undefined;
  /** As the system calls it. */
  readonly interfaceName?: string | undefined;
  /** Numeric. */
  readonly remoteHost?: string | undefined;
  /** As given to `connect`: the name that SNI and the certificate are checked with. */
  readonly remoteHostname?: string | undefined;
  /** 1..65535. */
  readonly remotePort?: number | undefined;
  /** Numeric. */
  readonly localHost?: string | undefined;
  /** 1..65535. */
  readonly localPort?: number | undefined;
  /** Of what is open; unspecified when nothing is. */
  readonly addressFamily?: AddressFamily | undefined;
  /** Tried first, at the next resolution of a name. */
  preferredAddressFamily?: AddressFamily | undefined;
  /** The only one, from the next resolution of a name on. */
  forcedAddressFamily?: AddressFamily | undefined;
  /** Bytes of a packet with the headers of the network. */
  readonly mtu?: number | undefined;
  /** Bytes of one `send` that still go out as one packet. DTLS cannot go below 256; what is smaller is exceeded. */
  readonly innerMtu?: number | undefined;
  /** Since the backend was made. */
  readonly bytesSent?: number | undefined;
  /** Since the backend was made. */
  readonly bytesReceived?: number | undefined;
}

/** What `receive()` of a backend came to. Throws for anything that is neither bytes nor the end: it was written by a user. */
export function checkReceived(received: unknown): Uint8Array | null {
  if (received === null || received instanceof Uint8Array) return received;
  throw invalidSecret('receive() of the backend', received, 'a Uint8Array, or null at the end');
}
