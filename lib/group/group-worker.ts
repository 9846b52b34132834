import { TlsError } from '../errors/tls-error.js';
import { clearGauges, createSharedCounters, readCounters, type ServerCounters } from '../events/counters.js';
import type { ControlMessage, WorkerSeat } from './worker-seat.js';
import { WorkerThread } from './worker-thread.js';

/** One worker of a {@link DtlsServerGroup}, and those that replace it. */
export interface GroupWorker {
  /** 0..`workers` - 1. */
  readonly index: number;
  /**
   * `'idle'` before `listen()`; `'waiting'` when its thread has ended and the next one is about to be started; `'closed'`
   * when there will be none.
   */
  readonly state: 'idle' | 'starting' | 'listening' | 'waiting' | 'closed';
  /** Of the thread that runs now, as `node:worker_threads` has it; undefined when there is none. */
  readonly threadId: number | undefined;
  /** How often its thread was replaced. */
  readonly restarts: number;
  /** Of all its servers together, the present one and those before. Read from shared memory, whatever the worker does. */
  counters(): Readonly<ServerCounters>;
}

/** Of a slot, as its group sees to it. */
export interface SlotOwner {
  readonly maxRestarts: number;
  /** What the next thread of the slot starts with. */
  seat(index: number, counters: BigUint64Array): Omit<WorkerSeat, 'control'>;
  /** A thread has ended that listened before, or was to replace one that did. The slot's state says what comes. */
  workerEnded(slot: WorkerSlot, error: TlsError): void;
}

/** After the first end of a thread; each in a row doubles it, up to the longest. */
const SHORTEST_PAUSE_MILLIS = 100;
const LONGEST_PAUSE_MILLIS = 10_000;

/** A thread that has listened for so long did not end because of how it starts. */
const STEADY_MILLIS = 60_000;

/** A place in the group: socket and counters stay, threads come and go. */
export class WorkerSlot implements GroupWorker {
  readonly index: number;
  readonly #owner: SlotOwner;
  readonly #memory = createSharedCounters();
  #state: GroupWorker['state'] = 'idle';
  #thread: WorkerThread | undefined;
  #keepAlive = true;
  #restarts = 0;
  /** Ends in a row. */
  #failures = 0;
  #listeningSince = 0;
  #pause: NodeJS.Timeout | undefined;
  #firstStart: { resolve: () => void; reject: (error: TlsError) => void } | undefined;

  constructor(index: number, owner: SlotOwner) {
    this.index = index;
    this.#owner = owner;
  }

  get state(): GroupWorker['state'] {
    return this.#state;
  }

  get threadId(): number | undefined {
    return this.#thread?.threadId;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get memory(): BigUint64Array {
    return this.#memory;
  }

  counters(): Readonly<ServerCounters> {
    return readCounters(this.#memory);
  }

  /** Resolves when the server listens; rejects when its thread ends before. */
  start(): Promise<void> {
    this.#memory.fill(0n);
    this.#failures = 0;
    return new Promise((resolve, reject) => {
      this.#firstStart = { resolve, reject };
      this.#startThread();
    });
  }

  tell(message: ControlMessage): void {
    this.#thread?.tell(message);
  }

  setKeepAlive(keepAlive: boolean): void {
    this.#keepAlive = keepAlive;
    this.#thread?.setKeepAlive(keepAlive);
    if (keepAlive) this.#pause?.ref();
    else this.#pause?.unref();
  }

  /** In any state; resolves when no thread is left, and none will be started. A pending `start()` rejects. */
  async stop(timeoutMillis: number): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#pause);
    await this.#thread?.close(timeoutMillis);
  }

  #startThread(): void {
    this.#state = 'starting';
    try {
      this.#thread = new WorkerThread(this.#owner.seat(this.index, this.#memory), {
        listening: () => this.#threadListens(),
        ended: (cause) => this.#threadEnded(cause),
      });
      this.#thread.setKeepAlive(this.#keepAlive);
    } catch (cause) {
      this.#threadEnded(cause);
    }
  }

  #threadListens(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'listening';
    this.#listeningSince = performance.now();
    this.#firstStart?.resolve();
    this.#firstStart = undefined;
  }

  #threadEnded(cause: unknown): void {
    const error = workerFailed(this.index, cause);
    const wasListening = this.#state === 'listening';
    this.#thread = undefined;
    clearGauges(this.#memory);
    if (this.#firstStart !== undefined) {
      this.#state = 'closed';
      this.#firstStart.reject(error);
      this.#firstStart = undefined;
      return;
    }
    if (this.#state === 'closed') return;
    if (wasListening && performance.now() - this.#listeningSince >= STEADY_MILLIS) this.#failures = 0;
    this.#failures += 1;
    if (this.#failures > this.#owner.maxRestarts) this.#state = 'closed';
    else this.#restartLater();
    this.#owner.workerEnded(this, error);
  }

  #restartLater(): void {
    this.#state = 'waiting';
    const pause = Math.min(SHORTEST_PAUSE_MILLIS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MILLIS);
    this.#pause = setTimeout(() => {
      this.#restarts += 1;
      this.#startThread();
    }, pause);
    if (!this.#keepAlive) this.#pause.unref();
  }
}

function workerFailed(index: number, cause: unknown): TlsError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new TlsError('ERR_WORKER_FAILED', `worker ${index} of the group has ended: ${text}`, { cause });
}
