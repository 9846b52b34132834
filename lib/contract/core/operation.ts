import type { ContractError } from '../errors/contract-error.js';

/** One operation that takes several steps, and can be ended from outside while it waits for one of them. */
export class Operation {
  /** Resolves when it is over, however. */
  readonly over: Promise<void>;
  readonly #cancelled: Promise<never>;
  #finish!: () => void;
  #reject!: (error: ContractError) => void;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#cancelled = new Promise((_resolve, reject) => {
      this.#reject = reject;
    });
    this.#cancelled.catch(() => {});
  }

  cancel(error: ContractError): void {
    this.#reject(error);
  }

  /**
   * What `step` comes to, unless `cancel` comes first: then the step goes on, and what it still comes to is given to
   * `undo`.
   */
  async race<T>(step: Promise<T> | T, undo?: (result: T) => void): Promise<T> {
    const result = Promise.resolve(step);
    try {
      return await Promise.race([result, this.#cancelled]);
    } catch (error) {
      if (undo !== undefined) result.then(undo, () => {});
      throw error;
    }
  }

  finish(): void {
    this.#finish();
  }
}
