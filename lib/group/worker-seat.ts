import type { MessagePort } from 'node:worker_threads';
import type { GroupPlace } from '../server/join-group.js';

/** What a thread of a group is started with: `workerData` of `worker-main.ts`. */
export interface WorkerSeat {
  /** `file:` URL. */
  readonly script: string;
  readonly index: number;
  readonly workers: number;
  /** The user's. */
  readonly workerData: unknown;
  readonly place: GroupPlace;
  /** As `setTicketKeys()` of a server takes them. */
  readonly ticketKeys: Uint8Array;
  /** The other end of the group's own channel: `parentPort` stays the user's. */
  readonly control: MessagePort;
}

/** From the group to a worker. */
export type ControlMessage = { readonly close: true } | { readonly ticketKeys: Uint8Array };

/** From a worker to its group: its server listens; its server has closed, though nobody asked. */
export type WorkerReport = 'listening' | 'serverClosed';
