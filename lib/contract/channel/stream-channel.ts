import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { type ClientParameters, type NativeContext, native } from '../../binding.js';
import { TlsConnection } from '../../tls/tls-connection.js';
import type { ContractError } from '../errors/contract-error.js';
import { failureError, toContractError } from '../errors/convert.js';
import type { Channel, ChannelHooks, Established } from './channel.js';
import { leavesInTime } from './goodbye.js';
import { Receivers } from './receivers.js';

export interface StreamChannelOptions {
  /** Owned from now on. */
  readonly transport: Duplex & { readonly bytesRead: number; readonly bytesWritten: number };
  readonly context: NativeContext;
  /** Null for a server's side. */
  readonly parameters: ClientParameters | null;
  /** Milliseconds; 0: none. */
  readonly handshakeTimeout: number;
}

/** One TLS connection over a byte stream. */
export class StreamChannel implements Channel {
  readonly established: Promise<Established>;
  readonly #what: string;
  readonly #transport: StreamChannelOptions['transport'];
  readonly #connection: TlsConnection;
  readonly #receivers = new Receivers((buffer) => this.#take(buffer));
  #closed: ContractError | undefined;

  constructor(options: StreamChannelOptions, { what, session }: ChannelHooks) {
    this.#what = what;
    this.#transport = options.transport;
    this.#connection = new TlsConnection({
      ...options,
      what,
      handlers: {
        readable: () => this.#receivers.serve(),
        session: (der) => {
          session(der);
          native.cleanse(der);
        },
      },
    });
    this.established = this.#connection.established.catch((error) => {
      throw this.#failure() ?? toContractError(what, error);
    });
    this.established.catch(() => {});
    this.#connection.start();
  }

  get hasBufferedData(): boolean {
    return this.#connection.readableBytes > 0;
  }

  get bytesSent(): number {
    return this.#transport.bytesWritten;
  }

  get bytesReceived(): number {
    return this.#transport.bytesRead;
  }

  receive(buffer: Uint8Array, timeout: number): Promise<number> {
    if (buffer.length === 0) return Promise.resolve(0);
    return this.#receivers.receive(buffer, timeout);
  }

  async send(data: Uint8Array): Promise<void> {
    try {
      await this.#connection.send(data);
    } catch (error) {
      throw this.#failure() ?? toContractError('send', error);
    }
  }

  innerMtu(): number {
    return 0;
  }

  abortReceivers(error: ContractError): void {
    this.#receivers.abort(error);
  }

  async close(closeNotify: boolean, error: ContractError): Promise<void> {
    this.#closed ??= error;
    this.#receivers.abort(error);
    const closed = this.#connection.close({ closeNotify });
    // Once our goodbye has left, it is no concern of the caller's that the peer may still send.
    if (this.#transport.writableFinished) return;
    const left = Promise.race([closed, once(this.#transport, 'finish').catch(() => {})]);
    if (!(await leavesInTime(left))) this.#connection.destroy();
  }

  /** As much as there is, also when it came in several pieces. What is left waits for the next receive. */
  #take(buffer: Uint8Array): number | ContractError | undefined {
    let length = 0;
    while (length < buffer.length) {
      const chunk = this.#connection.read(buffer.length - length);
      if (chunk === null) break;
      buffer.set(chunk, length);
      length += chunk.length;
    }
    if (length > 0) return length;
    return this.#failure() ?? (this.#connection.ended ? 0 : undefined);
  }

  /** Why the connection is of no use any more; undefined while it is, and after an end in order. */
  #failure(): ContractError | undefined {
    const { failure, error } = this.#connection;
    if (this.#closed !== undefined) return this.#closed;
    if (failure !== undefined) return failureError(this.#what, failure);
    return error === undefined ? undefined : toContractError(this.#what, error);
  }
}
