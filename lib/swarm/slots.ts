import { TlsError } from '../errors/tls-error.js';
import type { SwarmSettings } from './swarm-options.js';

/** Where devices send from: the first slots are theirs from the beginning, the others are for those that move. */
export class Slots {
  readonly #pooled: boolean;
  readonly #size: number;
  /** The first that nobody has ever had. */
  #fresh: number;
  /** Those that were left; the oldest is taken first. */
  readonly #left: number[] = [];

  constructor({ devices, sockets, pool }: SwarmSettings) {
    this.#pooled = pool !== undefined;
    this.#size = sockets * (pool?.size ?? 1);
    this.#fresh = devices;
  }

  /** For a device that leaves `current`; the same one where the system gives it another port. Throws `EADDRNOTAVAIL`. */
  next(current: number): number {
    if (!this.#pooled) return current;
    if (this.#fresh < this.#size) {
      this.#fresh += 1;
      return this.#fresh - 1;
    }
    const slot = this.#left.shift();
    if (slot !== undefined) return slot;
    throw new TlsError(
      'EADDRNOTAVAIL',
      'rebind: each address of sourceAddresses is a device: give more of them, or a smaller devicesPerSocket',
    );
  }

  /** Another device may have it. */
  giveBack(slot: number): void {
    if (this.#pooled) this.#left.push(slot);
  }
}
