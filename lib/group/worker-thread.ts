import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { TlsError } from '../errors/tls-error.js';
import type { ControlMessage, WorkerReport, WorkerSeat } from './worker-seat.js';

/** What a thread tells. Called from the loop, `ended` once and last. */
export interface ThreadOwner {
  listening(): void;
  /** `cause` is what ended it, where it says so. */
  ended(cause: unknown): void;
}

/** One thread of a group, from its start to its end. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #control: MessagePort;
  readonly #ended: Promise<void>;
  #listening = false;
  #cause: unknown;

  /** Throws when there can be no thread, or `workerData` cannot be cloned any more. */
  constructor(seat: Omit<WorkerSeat, 'control'>, owner: ThreadOwner) {
    const { port1, port2 } = new MessageChannel();
    this.#control = port1;
    try {
      this.#worker = new Worker(new URL('./worker-main.js', import.meta.url), {
        workerData: { ...seat, control: port2 },
        transferList: [port2],
        ...(isProgramText() && { execArgv: [] }),
      });
    } catch (error) {
      port1.close();
      throw error;
    }
    this.#control.on('message', (message: WorkerReport) => {
      if (message === 'listening') {
        this.#listening = true;
        owner.listening();
        return;
      }
      this.#cause ??= new TlsError('ERR_CLOSED', 'the server of the worker was closed by itself, not by its group');
      void this.#worker.terminate();
    });
    // The worker keeps the process alive, or does not: its channel has no say.
    this.#control.unref();
    this.#worker.on('error', (error) => {
      this.#cause ??= error;
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#control.close();
        resolve();
        owner.ended(this.#cause ?? new Error(`exit code ${code}`));
      });
    });
  }

  get threadId(): number {
    return this.#worker.threadId;
  }

  tell(message: ControlMessage): void {
    this.#control.postMessage(message);
  }

  setKeepAlive(keepAlive: boolean): void {
    if (keepAlive) this.#worker.ref();
    else this.#worker.unref();
  }

  /** A server that listens says goodbye first. Resolves when the thread is gone. */
  async close(timeoutMillis: number): Promise<void> {
    // While it closes, it keeps the process.
    this.#worker.ref();
    if (!this.#listening || timeoutMillis === 0) return this.#terminate();
    this.tell({ close: true });
    const timer = setTimeout(() => void this.#terminate(), timeoutMillis);
    await this.#ended;
    clearTimeout(timer);
  }

  async #terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#ended;
  }
}

/** A program that came as text was started with `--input-type`, which Node refuses for the file that a worker runs. */
function isProgramText(): boolean {
  return process.execArgv.some((word) => word.startsWith('--input-type'));
}
