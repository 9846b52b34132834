import type { DtlsSocket } from './dtls-socket.js';
import type { Peer } from './peer.js';

export type CreateDtlsSocket = (peer: Peer) => DtlsSocket;

/**
 * Makes the socket of a peer. The class itself sets it while it is loaded, since its constructor is private. It is a
 * file of its own so that the published types of the class name nothing of what is behind it.
 */
export let createDtlsSocket: CreateDtlsSocket;

/** The other way round. */
export let peerOf: (socket: DtlsSocket) => Peer;

export function setDtlsSocketFactory(create: CreateDtlsSocket, peer: typeof peerOf): void {
  createDtlsSocket = create;
  peerOf = peer;
}
