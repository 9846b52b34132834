import type { DtlsSocket } from './dtls-socket.js';
import type { Peer } from './peer.js';

/** Listens at once, not with the first `next()`: no message is missed in between. */
export function messagesOf(socket: DtlsSocket, peer: Peer): AsyncIterableIterator<Buffer> {
  return peer.connected ? new MessageIterator(socket, peer) : leftovers(peer);
}

interface Reader {
  readonly resolve: (result: IteratorResult<Buffer>) => void;
  readonly reject: (error: Error) => void;
}

/** What `events.on()` does, but for `return()`, which gives back what nobody has fetched. */
class MessageIterator implements AsyncIterableIterator<Buffer> {
  readonly #socket: DtlsSocket;
  readonly #peer: Peer;
  #unread: Buffer[] = [];
  #readers: Reader[] = [];
  #over = false;
  /** Thrown once, after the messages. */
  #error: Error | undefined;

  constructor(socket: DtlsSocket, peer: Peer) {
    this.#socket = socket;
    this.#peer = peer;
    socket.on('message', this.#onMessage).on('error', this.#onError).on('close', this.#onEnd);
  }

  next(): Promise<IteratorResult<Buffer>> {
    const message = this.#unread.shift();
    if (message !== undefined) return Promise.resolve({ done: false, value: message });
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Buffer>> {
    this.#leave();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<Buffer>> {
    this.#leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onMessage = (message: Buffer): void => {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#unread.push(message);
    else reader.resolve({ done: false, value: message });
  };

  readonly #onError = (error: Error): void => {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#error = error;
    else reader.reject(error);
    this.#onEnd();
  };

  readonly #onEnd = (): void => {
    this.#over = true;
    this.#socket.off('message', this.#onMessage).off('error', this.#onError).off('close', this.#onEnd);
    for (const { resolve } of this.#readers.splice(0)) resolve({ done: true, value: undefined });
  };

  #leave(): void {
    this.#onEnd();
    this.#error = undefined;
    const unread = this.#unread;
    this.#unread = [];
    this.#peer.putBack(unread);
  }
}

/** After the end: what nobody has listened to, and then the end as it was. */
async function* leftovers(peer: Peer): AsyncIterableIterator<Buffer> {
  for (let message = peer.takeHeld(); message !== undefined; message = peer.takeHeld()) yield message;
  if (peer.error !== undefined) throw peer.error;
}
