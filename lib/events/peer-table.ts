import type { Peer } from '../socket/peer.js';

/** `core::PeerTable::kIndexBits`: the low bits of a peer's number are its slot, those above it tell its generation. */
const SLOT_MASK = (1 << 20) - 1;

/**
 * The peers of an endpoint by the number that native code has for them: a `Map`, but smaller and faster, since native
 * code takes the lowest slots again and again.
 */
export class PeerTable {
  /** By slot; 0 where there is none. */
  readonly #ids: number[] = [];
  readonly #peers: (Peer | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Peer | undefined {
    const slot = id & SLOT_MASK;
    return this.#ids[slot] === id ? this.#peers[slot] : undefined;
  }

  /** In place of whoever had the slot before. */
  set(id: number, peer: Peer): void {
    const slot = id & SLOT_MASK;
    while (this.#ids.length <= slot) {
      this.#ids.push(0); // one after the other: an array with holes is slow, and a large hole makes it a dictionary
      this.#peers.push(undefined);
    }
    if (this.#ids[slot] === 0) this.#size += 1;
    this.#ids[slot] = id;
    this.#peers[slot] = peer;
  }

  delete(id: number): void {
    const slot = id & SLOT_MASK;
    if (this.#ids[slot] !== id) return;
    this.#ids[slot] = 0;
    this.#peers[slot] = undefined;
    this.#size -= 1;
  }

  clear(): void {
    this.#ids.length = 0;
    this.#peers.length = 0;
    this.#size = 0;
  }

  /** In no order. Peers may go meanwhile. */
  *values(): IterableIterator<Peer> {
    for (const peer of this.#peers) if (peer !== undefined) yield peer;
  }
}
