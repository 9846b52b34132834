export interface Take<T> {
  /** Milliseconds. */
  readonly timeout: number;
  readonly accepts: (item: T) => boolean;
  /** The item stays where it is. */
  readonly peek: boolean;
}

interface Waiter<T> extends Take<T> {
  readonly resolve: (item: T | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Items in the order in which they came, for those who take the first that they like, now or when it comes. */
export class WaitingList<T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  #end: { readonly error: () => Error } | undefined;

  get items(): readonly T[] {
    return this.#items;
  }

  put(item: T): void {
    for (const waiter of [...this.#waiters]) {
      if (!this.#suits(waiter, item)) continue;
      waiter.resolve(item);
      if (!waiter.peek) return;
    }
    this.#items.push(item);
  }

  /** Nothing comes any more: who waits, or takes what is not there, gets `error()`. The first call counts. */
  end(error: () => Error): void {
    this.#end ??= { error };
    for (const waiter of [...this.#waiters]) waiter.reject(error());
  }

  /** Takes what is there away. */
  remove(isGone: (item: T) => boolean): void {
    const kept = this.#items.filter((item) => !isGone(item));
    this.#items.splice(0, this.#items.length, ...kept);
  }

  /** Undefined when the time is over. Rejects with what `accepts` throws. */
  async take({ timeout, accepts, peek }: Take<T>): Promise<T | undefined> {
    const index = this.#items.findIndex((item) => accepts(item));
    if (index >= 0) return peek ? this.#items[index] : this.#items.splice(index, 1)[0];
    if (this.#end !== undefined) throw this.#end.error();
    return new Promise((resolve, reject) => {
      const settle = <V>(settled: (value: V) => void) => {
        return (value: V) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          settled(value);
        };
      };
      const waiter: Waiter<T> = { timeout, accepts, peek, resolve: settle(resolve), reject: settle(reject) };
      const timer = setTimeout(() => waiter.resolve(undefined), timeout);
      this.#waiters.add(waiter);
    });
  }

  #suits(waiter: Waiter<T>, item: T): boolean {
    try {
      return waiter.accepts(item);
    } catch (error) {
      waiter.reject(error);
      return false;
    }
  }
}
