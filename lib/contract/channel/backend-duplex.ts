import { Duplex } from 'node:stream';
import { checkReceived, type NetBackend } from '../backends/net-backend.js';
import { Turns } from './turns.js';

/** A stream backend as a `Duplex`. Destroying it does not close the backend, which may stay with its owner. */
export class BackendDuplex extends Duplex {
  readonly #backend: NetBackend;
  readonly #traffic = { sent: 0, received: 0 };
  readonly #turns = new Turns();
  #ended = false;

  constructor(backend: NetBackend) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#backend = backend;
  }

  get bytesWritten(): number {
    return this.#traffic.sent;
  }

  get bytesRead(): number {
    return this.#traffic.received;
  }

  override _read(): void {
    this.#receive().then(
      (chunk) => this.#give(chunk),
      (error) => this.destroy(error),
    );
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#traffic.sent += chunk.length;
    settle(() => this.#backend.send(chunk), done);
  }

  /** A backend has no half of a direction to end; whoever waits for our end has got close_notify. */
  override _final(done: (error?: Error | null) => void): void {
    this.#give(null);
    done();
  }

  async #receive(): Promise<Uint8Array | null> {
    await this.#turns.next();
    if (this.destroyed) return null; // what comes now is its owner's
    return checkReceived(await this.#backend.receive());
  }

  #give(chunk: Uint8Array | null): void {
    if (this.destroyed || this.#ended) return;
    this.#ended = chunk === null;
    this.#traffic.received += chunk?.length ?? 0;
    // An empty chunk is no end, and push() would not ask again.
    if (chunk?.length === 0) this._read();
    else this.push(chunk);
  }
}

/** For implementations that return nothing, a promise, or throw. */
function settle(step: () => Promise<void> | void, done: (error?: Error | null) => void): void {
  try {
    Promise.resolve(step()).then(() => done(), done);
  } catch (error) {
    done(error as Error);
  }
}
