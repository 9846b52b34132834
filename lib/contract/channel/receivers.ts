import { startDeadline } from '../deadline.js';
import { ContractError } from '../errors/contract-error.js';

/** Bytes that went into the buffer, or the error that the receiver gets. */
export type Received = number | ContractError;

interface Receiver {
  readonly buffer: Uint8Array;
  readonly resolve: (bytes: number) => void;
  readonly reject: (error: ContractError) => void;
  readonly cancelDeadline: () => void;
}

/** Who waits for data, in the order of their calls; each with a deadline of its own. */
export class Receivers {
  readonly #take: (buffer: Uint8Array) => Received | undefined;
  readonly #waiting = new Set<Receiver>();

  /** `take` fills a buffer with what there is; undefined when there is nothing now. */
  constructor(take: (buffer: Uint8Array) => Received | undefined) {
    this.#take = take;
  }

  /** Milliseconds; 0 and less: only what is there already. */
  receive(buffer: Uint8Array, timeout: number): Promise<number> {
    const received = this.#waiting.size === 0 ? this.#take(buffer) : undefined;
    if (received instanceof ContractError) return Promise.reject(received);
    if (received !== undefined) return Promise.resolve(received);
    return new Promise((resolve, reject) => {
      const expired = () => {
        this.#waiting.delete(receiver);
        reject(new ContractError('ETIMEDOUT', `receive: nothing came within ${Math.max(0, timeout)} ms`));
      };
      const receiver = { buffer, resolve, reject, cancelDeadline: startDeadline(timeout, expired) };
      this.#waiting.add(receiver);
    });
  }

  /** There may be something. */
  serve(): void {
    for (const receiver of this.#waiting) {
      const received = this.#take(receiver.buffer);
      if (received === undefined) return;
      this.#remove(receiver);
      if (received instanceof ContractError) receiver.reject(received);
      else receiver.resolve(received);
    }
  }

  /** Nobody will get anything any more. */
  abort(error: ContractError): void {
    for (const receiver of this.#waiting) {
      this.#remove(receiver);
      receiver.reject(error);
    }
  }

  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  #remove(receiver: Receiver): void {
    this.#waiting.delete(receiver);
    receiver.cancelDeadline();
  }
}
