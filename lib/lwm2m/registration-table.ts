import type { Registration } from './registration.js';

/** Longest delay that a Node timer takes; longer lifetimes are waited for in pieces. */
const LONGEST_TIMER_MILLIS = 2_147_483_647;

interface Entry {
  registration: Registration;
  /** Monotonic milliseconds; Infinity for a registration without end. */
  deadline: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The registrations of one server by id and by endpoint name. A registration whose lifetime passes is removed and reported
 * to `onExpire`. Timers do not keep the process alive. Lifetimes count on the monotonic clock.
 */
export class RegistrationTable implements Iterable<Registration> {
  readonly #byId = new Map<string, Entry>();
  readonly #idByEndpoint = new Map<string, string>();
  readonly #onExpire: (registration: Registration) => void;

  constructor(onExpire: (registration: Registration) => void) {
    this.#onExpire = onExpire;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Registration | undefined {
    return this.#byId.get(id)?.registration;
  }

  ofEndpoint(endpoint: string): Registration | undefined {
    const id = this.#idByEndpoint.get(endpoint);
    return id === undefined ? undefined : this.get(id);
  }

  *[Symbol.iterator](): IterableIterator<Registration> {
    for (const entry of this.#byId.values()) yield entry.registration;
  }

  /** Stores `registration` under its id and starts its lifetime anew; an older one of the same endpoint is removed. */
  put(registration: Registration): void {
    const olderId = this.#idByEndpoint.get(registration.endpoint);
    if (olderId !== undefined) this.remove(olderId);
    const entry: Entry = { registration, deadline: deadlineOf(registration), timer: undefined };
    this.#byId.set(registration.id, entry);
    this.#idByEndpoint.set(registration.endpoint, registration.id);
    this.#schedule(entry);
  }

  remove(id: string): Registration | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined) return undefined;
    clearTimeout(entry.timer);
    this.#byId.delete(id);
    this.#idByEndpoint.delete(entry.registration.endpoint);
    return entry.registration;
  }

  /** Removes everything without reporting it. */
  clear(): void {
    for (const entry of this.#byId.values()) clearTimeout(entry.timer);
    this.#byId.clear();
    this.#idByEndpoint.clear();
  }

  #schedule(entry: Entry): void {
    if (entry.deadline === Number.POSITIVE_INFINITY) return;
    const remaining = Math.max(0, Math.ceil(entry.deadline - performance.now()));
    entry.timer = setTimeout(() => this.#wake(entry), Math.min(remaining, LONGEST_TIMER_MILLIS));
    entry.timer.unref();
  }

  #wake(entry: Entry): void {
    if (entry.deadline > performance.now()) {
      this.#schedule(entry);
      return;
    }
    this.remove(entry.registration.id);
    this.#onExpire(entry.registration);
  }
}

function deadlineOf(registration: Registration): number {
  if (registration.lifetime === 0) return Number.POSITIVE_INFINITY;
  return performance.now() + registration.lifetime * 1_000;
}
