import type { Duplex } from 'node:stream';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';

/** Pulls from and pushes to a `Duplex` without keeping listeners between the calls, but for one that catches errors. */
export class DuplexPort {
  readonly stream: Duplex;
  #error: Error | undefined;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('error', (error) => {
      this.#error = error;
    });
  }

  /** The next bytes; null at the end, and after the stream was destroyed. */
  async receive(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#error !== undefined) throw toContractError('receive', this.#error);
      if (this.stream.destroyed || this.stream.readableEnded) return null;
      const chunk: unknown = this.stream.read();
      if (chunk instanceof Uint8Array) return chunk;
      if (typeof chunk === 'string') return Buffer.from(chunk);
      await this.#change();
    }
  }

  send(data: Uint8Array): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(toContractError('send', this.#error));
    if (!this.stream.writable) return Promise.reject(new ContractError('EPIPE', 'send: the stream has ended'));
    return new Promise((resolve, reject) => {
      this.stream.write(data, (error) => (error ? reject(toContractError('send', error)) : resolve()));
    });
  }

  #change(): Promise<void> {
    const { stream } = this;
    const events = ['readable', 'end', 'close', 'error'];
    return new Promise((resolve) => {
      const wake = () => {
        for (const event of events) stream.removeListener(event, wake);
        resolve();
      };
      for (const event of events) stream.on(event, wake);
    });
  }
}
