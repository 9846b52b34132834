import type { RemoteInfo } from 'node:dgram';
import type { CipherSuite, DtlsSocket } from '../index.js';

/**
 * Whom a message is from: what `node:dgram` tells, and who that is. node-coap hands it on as `request.rsinfo` and
 * `response.rsinfo`.
 */
export interface DtlsRemoteInfo extends RemoteInfo {
  /** The identity that the client has proved with its key; undefined for a connection without PSK. */
  readonly pskIdentity: string | undefined;
  /** The negotiated cipher suite. */
  readonly cipher: CipherSuite;
  /**
   * Number of the association, counted from 1 at this socket. Another device at the same address and port, or the same after
   * a new handshake, has another number: what may not be mixed up between them belongs under it.
   */
  readonly association: number;
  /** The association: its certificates, whether it is `authorized`, its counters. */
  readonly socket: DtlsSocket;
}

/** All but the size, which is each message's own. */
export type Remote = Omit<DtlsRemoteInfo, 'size'>;

export function remoteOf(socket: DtlsSocket, association: number): Remote {
  const { remoteAddress: address, remoteFamily: family, remotePort: port, pskIdentity, cipher } = socket;
  return { address, family, port, pskIdentity, cipher, association, socket };
}
