import type { CoapExchange, SimulatedDevice } from '../lwm2m/index.js';
import type { Tally } from './tally.js';

/** Called after each device has finished a stage, successfully or not. */
export type OnDevice = () => void;

/**
 * Simulated devices that go through the stages of a run together, a limited number busy at a time. A device that fails is
 * counted, closed, and takes no part in later stages. An abort ends a stage after the operations under way; it is no failure.
 */
export class Fleet {
  #members: SimulatedDevice[];
  readonly #tally: Tally;
  readonly #concurrency: number;
  readonly #signal: AbortSignal;

  constructor(members: readonly SimulatedDevice[], tally: Tally, concurrency: number, signal: AbortSignal) {
    this.#members = [...members];
    this.#tally = tally;
    this.#concurrency = concurrency;
    this.#signal = signal;
  }

  /** Devices that have not failed. */
  get size(): number {
    return this.#members.length;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  /** Handshake and Register. */
  async bringUp(onDevice: OnDevice): Promise<void> {
    await this.#stage(onDevice, async (device, attempt) => {
      await attempt('handshake', () => device.connect());
      this.#tally.handshakes += 1;
      this.#tally.handshakeTimes.add(device.handshakeMillis ?? 0);
      this.#measure(await attempt('register', () => device.register()));
      this.#tally.registrations += 1;
    });
  }

  /** One Update per device. */
  async update(onDevice: OnDevice): Promise<void> {
    await this.#stage(onDevice, async (device, attempt) => {
      this.#measure(await attempt('update', () => device.update()));
      this.#tally.updates += 1;
    });
  }

  /** De-register and close_notify. */
  async leave(onDevice: OnDevice): Promise<void> {
    await this.#stage(onDevice, async (device, attempt) => {
      this.#measure(await attempt('de-register', () => device.deregister()));
      this.#tally.deregistrations += 1;
      await attempt('close', () => device.close());
    });
  }

  /** Closes every association, whatever stage it is in. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#members.map((device) => device.close()));
  }

  async #stage(
    onDevice: OnDevice,
    steps: (device: SimulatedDevice, attempt: typeof named) => Promise<void>,
  ): Promise<void> {
    const queue = this.#members.values();
    const failed = new Set<SimulatedDevice>();
    const work = async (): Promise<void> => {
      for (const device of queue) {
        if (this.#signal.aborted) return;
        try {
          await steps(device, named);
        } catch (error) {
          if (this.#signal.aborted) return;
          failed.add(device);
          this.#addFailure(error);
          await device.close().catch((cause) => this.#tally.addFailure('close', cause));
        }
        onDevice();
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#concurrency, this.#members.length) }, work));
    this.#members = this.#members.filter((device) => !failed.has(device));
  }

  #measure(exchange: CoapExchange): void {
    this.#tally.roundTrips.add(exchange.roundTripMillis);
    this.#tally.retransmissions += exchange.retransmissions;
  }

  #addFailure(error: unknown): void {
    if (error instanceof FailedOperation) this.#tally.addFailure(error.message, error.cause);
    else throw error;
  }
}

/** Carries the name of the operation beside the error that ended it. */
class FailedOperation extends Error {}

async function named<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new FailedOperation(operation, { cause });
  }
}
