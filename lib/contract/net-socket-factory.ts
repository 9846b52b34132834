import type { SocketCore } from './core/socket-core.js';
import type { NetSocket } from './net-socket.js';

/**
 * Makes the public object of a core, and finds the core of one. The class itself sets both while it is loaded, since its
 * constructor is private. They are in a file of their own so that the published types of the class name nothing of what
 * is behind it.
 */
export let createNetSocket: (core: SocketCore) => NetSocket;
export let netSocketOf: (socket: unknown) => SocketCore | undefined;

export function setNetSocketFactory(create: typeof createNetSocket, coreOf: typeof netSocketOf): void {
  createNetSocket = create;
  netSocketOf = (socket) => (typeof socket === 'object' && socket !== null ? coreOf(socket) : undefined);
}
