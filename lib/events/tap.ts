import type { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from './endpoint.js';

/** A `tapped` event: a datagram as it was on the wire. Its views are valid while it is being delivered. */
export interface TappedRecord {
  readonly sent: boolean;
  /** The kernel has cut it. */
  readonly truncated: boolean;
  /** Microseconds, by the clock of `process.hrtime()`. */
  readonly at: number;
  /** Datagrams before this one that were lost, since there was no room for them. */
  readonly lostBefore: number;
  /** 4 or 16 bytes. */
  readonly peerAddress: Buffer;
  readonly peerPort: number;
  /** Ours, as long as `peerAddress`; undefined where the socket has only one. */
  readonly localAddress: Buffer | undefined;
  readonly datagram: Buffer;
}

/** Who gets what an endpoint receives and sends. Nothing may be thrown. */
export interface EndpointTap {
  datagram(endpoint: Endpoint, record: TappedRecord): void;
  /** A line of the key log, before the datagrams that it decrypts. It must not be changed. */
  keylogLine(line: Buffer): void;
  /** A handshake has failed, or an association has ended; `error` is undefined when it did so in order. */
  peerEnded(address: string, port: number, error: TlsError | undefined): void;
  /** Nothing follows. */
  endpointClosed(endpoint: Endpoint): void;
}
