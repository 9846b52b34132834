import { Buffer } from 'node:buffer';

/** Takes an event's payload apart, front to back. Where nothing is left, texts are empty and numbers are 0. */
export class PayloadReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  /** The payload is what `bytes` hold from `start` to `end`. */
  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  uint8(): number {
    return this.#littleEndian(1);
  }

  uint16le(): number {
    return this.#littleEndian(2);
  }

  int32le(): number {
    return this.#littleEndian(4) | 0;
  }

  /** Exact below 2 ** 53. */
  uint64le(): number {
    return this.#littleEndian(8);
  }

  uint24be(): number {
    const at = this.#skip(3);
    return this.#at === at + 3 ? this.#bytes.readUIntBE(at, 3) : 0;
  }

  /** A text that its length in one byte precedes. */
  text(): string {
    const at = this.#skip(this.uint8());
    return this.#bytes.toString('utf8', at, this.#at);
  }

  /** `count` texts with their lengths, each byte as a character. */
  texts(count: number): string {
    const at = this.#at;
    for (let i = 0; i < count; i += 1) this.#skip(this.uint8());
    return this.#bytes.toString('latin1', at, this.#at);
  }

  /** What is left is a text. */
  restAsText(): string {
    return this.atEnd ? '' : this.rest().toString();
  }

  /** A copy of `length` bytes, outside of any pool: they may be secret. */
  copy(length: number): Buffer {
    const bytes = this.view(length);
    const copy = Buffer.allocUnsafeSlow(bytes.length);
    copy.set(bytes);
    return copy;
  }

  view(length: number): Buffer {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, this.#at);
  }

  /** A view of what is left. */
  rest(): Buffer {
    return this.view(this.#end - this.#at);
  }

  copyRest(): Buffer {
    return this.copy(this.#end - this.#at);
  }

  #littleEndian(size: number): number {
    const at = this.#skip(size);
    if (this.#at < at + size) return 0;
    let value = 0;
    for (let i = this.#at - 1; i >= at; i -= 1) value = value * 256 + (this.#bytes[i] as number);
    return value;
  }

  /** Goes on by `length`, at most to the end, and returns where it has been. */
  #skip(length: number): number {
    const at = this.#at;
    this.#at = Math.min(at + length, this.#end);
    return at;
  }
}
