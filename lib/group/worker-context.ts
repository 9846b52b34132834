import type { SessionOptions } from '../options/sessions.js';
import type { DtlsServer } from '../server/dtls-server.js';

/** What a worker's `createServer` gets. */
export interface GroupWorkerContext {
  /** Which of the workers this is, 0..`workers` - 1. The one that replaces it has the same. */
  readonly index: number;
  /** How many the group has. */
  readonly workers: number;
  /** The group's option of that name, cloned. */
  readonly workerData: unknown;
  /**
   * For the server's option `sessions`, alone or with more: `{ ...sessions, timeout: 3600 }`. With it a client resumes its
   * session at whichever worker it comes to. The keys in it are random ones of the group, which changes them every day in
   * all servers whose `createServer` has read this property; the ones before still open. They are wiped when the server
   * listens.
   */
  readonly sessions: Readonly<SessionOptions>;
}

/**
 * Makes the server of one worker of a {@link DtlsServerGroup}; it does not make it listen. The server of an `Lwm2mServer`
 * will do, too: return its `dtls`.
 *
 * @example
 * export function createServer({ workerData, sessions }) {
 *   const server = new DtlsServer({ psk: workerData.psk, sessions });
 *   server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
 *   return server;
 * }
 */
export type CreateGroupServer = (context: GroupWorkerContext) => DtlsServer | Promise<DtlsServer>;
