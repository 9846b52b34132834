import type { TlsConnection } from './tls-connection.js';
import type { TlsSocket } from './tls-socket.js';

export interface TlsSocketSettings {
  role: 'client' | 'server';
  allowHalfOpen: boolean;
  /** Whether key log lines are kept for the first listener of `'keylog'`. */
  keylog: boolean;
  /** Undefined: no file. */
  keylogFile: string | undefined;
  /** Client: the session of native code as users get it. Undefined for servers. */
  bindSession: ((session: Uint8Array) => Buffer) | undefined;
}

/** For a connection whose handshake has not begun yet: the socket is its handler from then on. */
export type CreateTlsSocket = (connection: TlsConnection, settings: TlsSocketSettings) => TlsSocket;

/**
 * Makes the socket of a connection. The class itself sets it while it is loaded, since its constructor is private. It is
 * a file of its own so that the published types of the class name nothing of what is behind it.
 */
export let createTlsSocket: CreateTlsSocket;

export function setTlsSocketFactory(create: CreateTlsSocket): void {
  createTlsSocket = create;
}
