import { startDeadline } from '../deadline.js';
import { ContractError } from '../errors/contract-error.js';

/** What a listener keeps until somebody accepts it; more are turned away. */
const BACKLOG = 1_024;

interface Waiter<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (error: ContractError) => void;
  readonly cancelDeadline: () => void;
}

/** Clients that have come, and calls of `accept` that wait for them, in order. */
export class AcceptQueue<T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #turnAway: (item: T) => void;

  constructor(turnAway: (item: T) => void) {
    this.#turnAway = turnAway;
  }

  push(item: T): void {
    const waiter = this.#nextWaiter();
    if (waiter !== undefined) waiter.resolve(item);
    else if (this.#items.length < BACKLOG) this.#items.push(item);
    else this.#turnAway(item);
  }

  /** One call of `accept` fails; without one it is nobody's. */
  fail(error: ContractError): void {
    this.#nextWaiter()?.reject(error);
  }

  next(timeout: number): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve, reject) => {
      const expired = () => {
        this.#waiters.delete(waiter);
        reject(new ContractError('ETIMEDOUT', `accept: no client came within ${Math.max(0, timeout)} ms`));
      };
      const waiter = { resolve, reject, cancelDeadline: startDeadline(timeout, expired) };
      this.#waiters.add(waiter);
    });
  }

  close(error: ContractError): void {
    for (const item of this.#items.splice(0)) this.#turnAway(item);
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) waiter.reject(error);
  }

  #nextWaiter(): Waiter<T> | undefined {
    const [waiter] = this.#waiters;
    if (waiter === undefined) return undefined;
    this.#waiters.delete(waiter);
    waiter.cancelDeadline();
    return waiter;
  }
}
