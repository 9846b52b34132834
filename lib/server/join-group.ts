import type { DtlsServer } from './dtls-server.js';

/** The place of a server in a group. */
export interface GroupPlace {
  /** Numeric: where the socket is bound. */
  readonly address: string;
  readonly port: number;
  /** Of the socket, which the group has bound and keeps: the server adopts it. */
  readonly descriptor: number;
  /** Memory of the group, shared between threads. */
  readonly counters: BigUint64Array;
}

export type JoinGroup = (server: DtlsServer, place: GroupPlace) => Promise<unknown>;

/**
 * Makes a server listen at its place, instead of `listen()` and with the same errors. The class itself sets it while it is
 * loaded, so that its published types name nothing of this.
 */
export let joinGroup: JoinGroup;

export function setJoinGroup(join: JoinGroup): void {
  joinGroup = join;
}
