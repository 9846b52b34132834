import type { Duplex } from 'node:stream';
import type { NativeStream } from '../binding.js';
import { Status, statusToError } from '../errors/status.js';
import { TlsError } from '../errors/tls-error.js';

export type WriteDone = (error: TlsError | null) => void;

interface PendingWrite {
  /** Null stands for close_notify. */
  data: Uint8Array | null;
  done: WriteDone;
}

/** Plaintext that is sealed in one go: four records, so that a large write never waits as a whole in ciphertext. */
const SEALED_AT_ONCE = 65_536;

/**
 * The sending half of a connection: seals plaintext in the order of the calls and gives it to the transport as fast as
 * that takes it. Each `done` is called once, never before its call has returned: when the transport has let go of the
 * last byte, or with the error that was given to `stop`.
 */
export class RecordWriter {
  readonly #what: string;
  readonly #transport: Duplex;
  readonly #native: NativeStream;
  readonly #onFailure: () => void;
  readonly #waiting: PendingWrite[] = [];
  /** Sealed, and with the transport. */
  readonly #inFlight = new Set<PendingWrite>();
  #stopped: TlsError | undefined;
  #flushing = false;
  /** close_notify is among what was asked for. */
  #ending = false;

  /** `onFailure`: libssl refused to seal; `stop` is called from within, or the write fails alone. */
  constructor(what: string, transport: Duplex, native: NativeStream, onFailure: () => void) {
    this.#what = what;
    this.#transport = transport;
    this.#native = native;
    this.#onFailure = onFailure;
  }

  /** Nothing of what was written is still on its way to the transport; close_notify may be. */
  get idle(): boolean {
    return this.#pending().every(({ data }) => data === null);
  }

  /** The bytes are read until `done` is called. */
  write(data: Uint8Array, done: WriteDone): void {
    if (this.#ending) process.nextTick(done, new TlsError('ERR_CLOSED', `${this.#what}: write after the end`));
    else this.#add({ data, done });
  }

  /**
   * After everything that was written before; nothing may be written afterwards. A second one only waits. Never fails:
   * a peer that is gone needs no goodbye.
   */
  closeNotify(done: () => void): void {
    if (this.#ending) this.#add({ data: new Uint8Array(), done: () => done() });
    else this.#add({ data: null, done: () => done() });
    this.#ending = true;
  }

  /** What libssl itself has to say: handshake messages, alerts. */
  sendOutput(): void {
    const output = this.#native.takeOutput();
    if (output !== null && this.#transport.writable) this.#transport.write(output);
  }

  /** The transport takes more. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.#stopped === undefined && this.#waiting.length > 0 && !this.#transport.writableNeedDrain) {
      this.#sealNext(this.#waiting[0] as PendingWrite);
    }
    this.#flushing = false;
  }

  /** Nothing is sealed from now on; what has not left is answered with `error`. */
  stop(error: TlsError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    const pending = this.#pending();
    this.#waiting.length = 0;
    this.#inFlight.clear();
    if (pending.length === 0) return;
    process.nextTick(() => {
      for (const { done } of pending) done(error);
    });
  }

  #pending(): PendingWrite[] {
    return [...this.#inFlight, ...this.#waiting];
  }

  #add(pending: PendingWrite): void {
    if (this.#stopped !== undefined) return process.nextTick(pending.done, this.#stopped);
    this.#waiting.push(pending);
    this.flush();
  }

  #sealNext(pending: PendingWrite): void {
    const { data } = pending;
    const status = this.#seal(data);
    if (status === Status.ok && data !== null && data.length > SEALED_AT_ONCE) {
      pending.data = data.subarray(SEALED_AT_ONCE);
      this.sendOutput();
      return;
    }
    if (status === Status.library) this.#onFailure();
    if (this.#stopped !== undefined) return;
    this.#waiting.shift();
    if (status === Status.ok) this.#sendLast(pending);
    else process.nextTick(pending.done, statusToError(this.#what, status));
  }

  #seal(data: Uint8Array | null): number {
    if (data !== null && data.length > 0) return this.#native.write(data.subarray(0, SEALED_AT_ONCE));
    if (data === null) this.#native.shutdown();
    return Status.ok;
  }

  /** Done when the transport is; when that fails, `stop` follows with the reason. */
  #sendLast(pending: PendingWrite): void {
    const output = this.#native.takeOutput() ?? new Uint8Array();
    if (!this.#transport.writable) {
      return process.nextTick(pending.done, new TlsError('ERR_CLOSED', `${this.#what}: the transport has ended`));
    }
    this.#inFlight.add(pending);
    this.#transport.write(output, (error) => {
      if (!error && this.#inFlight.delete(pending)) pending.done(null);
    });
  }
}
