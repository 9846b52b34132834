import { EventEmitter } from 'node:events';
import { type InspectOptions, inspect } from 'node:util';
import type { Address } from '../binding.js';
import { rethrowLater } from '../errors/rethrow-later.js';
import { TlsError } from '../errors/tls-error.js';
import { readCounters, type ServerCounters } from '../events/counters.js';
import { resolveListenHost } from '../resolve-host.js';
import { inspected } from '../socket/inspection.js';
import {
  type DtlsServerGroupOptions,
  type GroupListenOptions,
  type GroupSettings,
  parseGroupListenOptions,
  parseGroupOptions,
} from './group-options.js';
import { GroupSockets } from './group-sockets.js';
import { GroupTicketKeys } from './group-ticket-keys.js';
import { type GroupWorker, type SlotOwner, WorkerSlot } from './group-worker.js';

/** Events of a {@link DtlsServerGroup} and what their listeners get. */
export interface DtlsServerGroupEvents {
  /** All workers listen; in the turn after `listen()`. */
  listening: [];
  /**
   * A worker has ended by itself: `ERR_WORKER_FAILED`, whose `cause` is the exception that ended it. With the state
   * `'waiting'` it is about to be replaced; with `'closed'` it was replaced too often, and the others take over its clients.
   */
  workerExit: [worker: GroupWorker, error: TlsError];
  /** No worker is left: `ERR_WORKER_FAILED`. The group closes. */
  error: [error: TlsError];
  /** The end: every worker is gone and the port is free. */
  close: [];
}

/**
 * A `DtlsServer` in each of several worker threads, all on one UDP port: for more clients than one core can serve. The
 * kernel gives every client, by its address and port, to one of them; a client stays with it also when another worker ends
 * and is replaced. Only where `SO_REUSEPORT` spreads datagrams, which is Linux: elsewhere one worker may get all of them,
 * and `listen()` rejects with `ENOTSUP` where the system has none.
 *
 * @example
 * const group = new DtlsServerGroup({ script: new URL('./worker.mjs', import.meta.url), workers: 4 });
 * const { port } = await group.listen({ host: '127.0.0.1' });
 * console.log(group.counters().handshakesCompleted);
 */
export class DtlsServerGroup extends EventEmitter<DtlsServerGroupEvents> {
  readonly #settings: GroupSettings;
  readonly #slots: readonly WorkerSlot[];
  readonly #ticketKeys = new GroupTicketKeys();
  readonly #opening = new AbortController();
  #sockets: GroupSockets | undefined;
  #state: 'idle' | 'opening' | 'listening' | 'closing' | 'closed' = 'idle';
  #closed: Promise<void> | undefined;

  /** Throws `ERR_INVALID_OPTION` and `ERR_UNKNOWN_OPTION`; nothing is opened or started before `listen()`. */
  constructor(options: DtlsServerGroupOptions) {
    super();
    this.#settings = parseGroupOptions(options);
    const owner = this.#slotOwner();
    this.#slots = Array.from({ length: this.#settings.workers }, (_, index) => new WorkerSlot(index, owner));
  }

  /**
   * Opens the port, starts the workers, and resolves with the address when all of them listen. Rejects as
   * `DtlsServer.listen()` does, and with `ERR_WORKER_FAILED` when a worker ends before it listens: `cause` is what it threw.
   * Then nothing is left open, and `listen()` may be called again.
   */
  async listen(options: GroupListenOptions = {}): Promise<Address> {
    const settings = parseGroupListenOptions(options);
    if (this.#closed !== undefined) throw groupClosed('listen');
    if (this.#state !== 'idle') throw new TlsError('ERR_ALREADY_LISTENING', 'listen: the group listens already');
    this.#state = 'opening';
    try {
      const address = await resolveListenHost(settings.host, this.#opening.signal);
      this.#sockets = new GroupSockets(this.#settings.workers, address, settings);
      this.#ticketKeys.start(() => this.#tellTicketKeys());
      await Promise.all(this.#slots.map((slot) => slot.start()));
      if (this.#closed !== undefined) throw groupClosed('listen');
    } catch (error) {
      await this.#release(0);
      if (this.#closed !== undefined) throw groupClosed('listen');
      this.#state = 'idle';
      throw error;
    }
    this.#state = 'listening';
    process.nextTick(() => {
      if (this.#state === 'listening') this.emit('listening');
    });
    return this.address();
  }

  /** Where the group listens. Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`. */
  address(): Address {
    if (this.#closed !== undefined) throw groupClosed('address');
    if (this.#sockets === undefined) throw new TlsError('ERR_NOT_LISTENING', 'address: call listen() first');
    return { ...this.#sockets.address };
  }

  /** The workers, by their index. Their number does not change. */
  get workers(): readonly GroupWorker[] {
    return [...this.#slots];
  }

  /**
   * The counters of all workers, added up; of those that were replaced, too. They are read from shared memory: no worker is
   * asked, and a busy one does not delay the answer. Each number is whole, but they need not be of the same moment.
   */
  counters(): Readonly<ServerCounters> {
    return readCounters(...this.#slots.map((slot) => slot.memory));
  }

  /** Number of established connections. */
  get connections(): number {
    const { peers, peersHandshaking } = this.counters();
    return Math.max(0, peers - peersHandshaking);
  }

  /**
   * Makes every server send close_notify to its clients and close, ends the workers and frees the port, in any state; a
   * pending `listen()` rejects with `ERR_CLOSED`. A worker that is not through after `closeTimeout` is terminated.
   * Idempotent. Resolves after `'close'`; never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The group keeps the process alive: the default. */
  ref(): this {
    for (const slot of this.#slots) slot.setKeepAlive(true);
    return this;
  }

  /** The process may end though the group listens. */
  unref(): this {
    for (const slot of this.#slots) slot.setKeepAlive(false);
    return this;
  }

  /** For `console.log`: state, address and numbers; never what the workers were given. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { address, port } = this.#sockets?.address ?? {};
    const { connections } = this;
    return inspected(
      'DtlsServerGroup',
      { state: this.#state, address, port, workers: this.#slots.length, connections },
      depth,
      options,
    );
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    this.#opening.abort();
    await this.#release(this.#settings.closeTimeout);
    this.#state = 'closed';
    try {
      this.emit('close');
    } catch (error) {
      rethrowLater(error);
    }
  }

  /** The threads first: they may be about to adopt the sockets. */
  async #release(timeoutMillis: number): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.stop(timeoutMillis)));
    this.#ticketKeys.stop();
    this.#sockets?.close();
    if (this.#closed === undefined) this.#sockets = undefined;
  }

  #tellTicketKeys(): void {
    for (const slot of this.#slots) slot.tell({ ticketKeys: this.#ticketKeys.current });
  }

  #slotOwner(): SlotOwner {
    const { script, workers, workerData, maxRestarts } = this.#settings;
    return {
      maxRestarts,
      seat: (index, counters) => {
        const sockets = this.#sockets as GroupSockets;
        const { address, port } = sockets.address;
        const place = { address, port, descriptor: sockets.descriptor(index), counters };
        return { script, index, workers, workerData, place, ticketKeys: this.#ticketKeys.current };
      },
      workerEnded: (slot, error) => this.#workerEnded(slot, error),
    };
  }

  #workerEnded(slot: WorkerSlot, error: TlsError): void {
    if (slot.state === 'closed') this.#sockets?.closeOne(slot.index);
    const noneLeft = this.#slots.every(({ state }) => state === 'closed');
    if (noneLeft) void this.close();
    try {
      this.emit('workerExit', slot, error);
    } finally {
      if (noneLeft) this.emit('error', error);
    }
  }
}

function groupClosed(what: string): TlsError {
  return new TlsError('ERR_CLOSED', `${what}: the group is closed`);
}
