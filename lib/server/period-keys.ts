import { timingSafeEqual } from 'node:crypto';

/** The ticket keys of one period: the newest, and the one before where it was replaced, for the tickets that it sealed. */
export class PeriodKeys {
  #keys: Uint8Array[];
  #shared = false;
  #inUse = false;

  /** `key` is nobody's but ours, until the store takes it; it belongs to this object. */
  constructor(key: Uint8Array) {
    this.#keys = [key];
  }

  /** Whether the newest is the one that all servers have. */
  get shared(): boolean {
    return this.#shared;
  }

  get newest(): Uint8Array {
    return this.#keys[0] as Uint8Array;
  }

  /** Newest first. */
  get all(): readonly Uint8Array[] {
    return this.#keys;
  }

  /** There may be tickets of the newest now. */
  use(): void {
    this.#inUse = true;
  }

  /** The store's answer, which is copied. It is not ours where another server was first, or the store has lost its memory. */
  agreed(key: Uint8Array): void {
    if (!timingSafeEqual(key, this.newest)) this.#replaceNewest(key);
    this.#shared = true;
  }

  wipe(): void {
    for (const key of this.#keys) key.fill(0);
  }

  /** One before the newest is enough, and none if no ticket can be its. */
  #replaceNewest(key: Uint8Array): void {
    const kept = this.#shared || this.#inUse ? 1 : 0;
    for (const dropped of this.#keys.slice(kept)) dropped.fill(0);
    this.#keys = [Uint8Array.from(key), ...this.#keys.slice(0, kept)];
    this.#inUse = false;
  }
}
