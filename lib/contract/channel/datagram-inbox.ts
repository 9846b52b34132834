import { ContractError } from '../errors/contract-error.js';
import type { Received } from './receivers.js';

/** As a kernel does it for a UDP socket: what comes above these is dropped. */
const MOST_BYTES = 1_048_576;
const MOST_MESSAGES = 4_096;

/** Messages that nobody has taken yet, each with its bounds. */
export class DatagramInbox {
  #messages: Buffer[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Copies: what is given is a view into memory that others share. */
  push(message: Uint8Array): void {
    const isFull = this.#messages.length >= MOST_MESSAGES || this.#bytes + message.length > MOST_BYTES;
    if (isFull) return;
    this.#messages.push(Buffer.copyBytesFrom(message) as Buffer);
    this.#bytes += message.length;
  }

  shift(): Uint8Array | undefined {
    const message = this.#messages.shift();
    this.#bytes -= message?.length ?? 0;
    return message;
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }
}

/** What does not fit is lost, and the receiver is told so. */
export function fillWithMessage(buffer: Uint8Array, message: Uint8Array): Received {
  if (message.length <= buffer.length) {
    buffer.set(message);
    return message.length;
  }
  buffer.set(message.subarray(0, buffer.length));
  return new ContractError(
    'EMSGSIZE',
    `receive: the message is longer than the buffer of ${buffer.length} bytes; the rest is lost`,
    { received: buffer.length },
  );
}
