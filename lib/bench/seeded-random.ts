/** Random numbers that are the same for the same seed. Not for secrets. */
export class SeededRandom {
  #state: number;

  /** `seed`: integer 0..4294967295. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0, below 1. A Weyl sequence whose values are mixed: every state comes once in 2^32 calls. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
  }

  /** Integer from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** The gap to the next of independent events that come `perUnit` times in a unit on average. */
  exponential(perUnit: number): number {
    return -Math.log(1 - this.next()) / perUnit;
  }

  /** `value`, up to `share` more or less. */
  spread(value: number, share: number): number {
    return value * (1 + share * (2 * this.next() - 1));
  }
}
