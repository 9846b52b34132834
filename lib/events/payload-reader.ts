import { Buffer } from 'node:buffer';

/** Takes an event's payload apart, front to back. Where nothing is left, texts are empty and numbers are 0. */
export class PayloadReader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  get atEnd(): boolean {
    return this.#at >= this.#payload.length;
  }

  uint8(): number {
    return this.#take(1)[0] ?? 0;
  }

  uint16le(): number {
    const bytes = this.#take(2);
    return bytes.length === 2 ? bytes.readUInt16LE() : 0;
  }

  int32le(): number {
    const bytes = this.#take(4);
    return bytes.length === 4 ? bytes.readInt32LE() : 0;
  }

  uint24be(): number {
    const bytes = this.#take(3);
    return bytes.length === 3 ? bytes.readUIntBE(0, 3) : 0;
  }

  /** A text that its length in one byte precedes. */
  text(): string {
    return this.#take(this.uint8()).toString();
  }

  /** A copy of `length` bytes, outside of any pool: they may be secret. */
  copy(length: number): Buffer {
    const bytes = this.#take(length);
    const copy = Buffer.allocUnsafeSlow(bytes.length);
    copy.set(bytes);
    return copy;
  }

  view(length: number): Buffer {
    return this.#take(length);
  }

  /** A view of what is left. */
  rest(): Buffer {
    return this.#take(this.#payload.length - this.#at);
  }

  copyRest(): Buffer {
    return this.copy(this.#payload.length - this.#at);
  }

  #take(length: number): Buffer {
    const bytes = this.#payload.subarray(this.#at, this.#at + length);
    this.#at += bytes.length;
    return bytes;
  }
}
