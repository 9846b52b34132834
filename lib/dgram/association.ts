import { type ConnectOptions, connect, type DtlsSocket, TlsError } from '../index.js';
import { type Remote, remoteOf } from './remote-info.js';
import type { SendCallback } from './send-arguments.js';

/** What an association tells its socket. */
export interface AssociationOwner {
  connected(association: Association, remote: Remote): void;
  message(remote: Remote, message: Buffer): void;
  /** It is over, and so is this object. `error`: why it did not come about. */
  ended(association: Association, error: Error | undefined): void;
  /** What became of a message. */
  settle(callback: SendCallback | undefined, error: Error | undefined, bytes: number): void;
}

interface Waiting {
  readonly message: Uint8Array;
  readonly callback: SendCallback | undefined;
}

/** One association of a client socket, from its first message to its end; messages wait for the handshake. */
export class Association {
  readonly host: string;
  readonly port: number;
  /** Of all that the socket has made. */
  readonly number: number;
  readonly #owner: AssociationOwner;
  readonly #maxQueued: number;
  readonly #abort = new AbortController();
  #waiting: Waiting[] = [];
  #remote: Remote | undefined;
  readonly #over: Promise<void>;

  constructor(owner: AssociationOwner, number: number, options: ConnectOptions, maxQueued: number) {
    this.host = options.host;
    this.port = options.port;
    this.number = number;
    this.#owner = owner;
    this.#maxQueued = maxQueued;
    this.#over = this.#run(options);
  }

  /** Undefined during the handshake. */
  get remote(): Remote | undefined {
    return this.#remote;
  }

  /** Messages that wait for the handshake. */
  get queued(): { readonly count: number; readonly bytes: number } {
    return {
      count: this.#waiting.length,
      bytes: this.#waiting.reduce((sum, { message }) => sum + message.length, 0),
    };
  }

  send(message: Uint8Array, callback: SendCallback | undefined): void {
    if (this.#remote !== undefined) return this.#send(this.#remote.socket, { message, callback });
    if (this.#waiting.length < this.#maxQueued) {
      this.#waiting.push({ message, callback });
      return;
    }
    const error = new TlsError(
      'ENOBUFS',
      `send: ${this.#maxQueued} messages wait for the handshake already (maxQueued)`,
    );
    this.#owner.settle(callback, error, 0);
  }

  /** Ends it, in any state. Resolves when nothing of it is left; never rejects. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#remote?.socket.close();
    await this.#over;
  }

  async #run(options: ConnectOptions): Promise<void> {
    try {
      const socket = await connect({ ...options, signal: this.#abort.signal });
      if (this.#abort.signal.aborted) {
        await socket.close();
        throw closed();
      }
      this.#establish(socket);
    } catch (error) {
      this.#fail(this.#abort.signal.aborted ? closed() : (error as Error));
    }
  }

  #establish(socket: DtlsSocket): void {
    const remote = remoteOf(socket, this.number);
    this.#remote = remote;
    socket.on('message', (message) => this.#owner.message(remote, message));
    socket.on('close', () => this.#owner.ended(this, undefined));
    this.#owner.connected(this, remote);
    for (const waiting of this.#waiting.splice(0)) this.#send(socket, waiting);
  }

  #send(socket: DtlsSocket, { message, callback }: Waiting): void {
    try {
      socket.send(message);
      this.#owner.settle(callback, undefined, message.length);
    } catch (error) {
      this.#owner.settle(callback, error as Error, 0);
    }
  }

  #fail(error: Error): void {
    const waiting = this.#waiting.splice(0);
    const silent = waiting.filter(({ callback }) => callback === undefined);
    for (const { callback } of waiting) if (callback !== undefined) this.#owner.settle(callback, error, 0);
    // One event, however many messages have waited.
    if (silent.length > 0 && !this.#abort.signal.aborted) this.#owner.settle(undefined, error, 0);
    this.#owner.ended(this, error);
  }
}

function closed(): TlsError {
  return new TlsError('ERR_CLOSED', 'send: the socket was closed meanwhile');
}
