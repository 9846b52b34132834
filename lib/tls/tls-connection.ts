import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import {
  type ClientParameters,
  type NativeContext,
  type NativeStream,
  native,
  type PeerInfo,
  StreamFlag,
} from '../binding.js';
import { Cause, type Failure, failureToError } from '../errors/failure.js';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import { FLUSH_TIME, linger } from './linger.js';
import { PlaintextQueue } from './plaintext-queue.js';
import { RecordWriter, type WriteDone } from './record-writer.js';

/**
 * What a {@link TlsConnection} tells its owner. All are called from its own turns of the event loop or from within one
 * of its methods, and may call any of its methods, `destroy()` included.
 */
export interface TlsConnectionHandlers {
  /** There is plaintext, or `ended`, or `error` has become defined. Comes once per arrival, not until all is read. */
  readable?(): void;
  /**
   * A session that a later handshake may offer: DER. TLS 1.2: before `established`; TLS 1.3: whenever tickets come. Of a
   * server with `externalSessions`: one to keep, as `NativeStream.takeSession` has it.
   */
  session?(session: Buffer): void;
  /** Server with `externalSessions`: what is kept under `id`. The handshake waits; a rejection counts as null. */
  sessionWanted?(id: Buffer): Promise<Uint8Array | null>;
  /** One or more lines in NSS key log format, each with its end. */
  keylog?(lines: Buffer): void;
}

export interface TlsConnectionOptions {
  /** Owned from now on: it is ended and destroyed with the connection. A byte stream; nobody else reads or writes it. */
  transport: Duplex;
  context: NativeContext;
  /** Null for a server's side. */
  parameters: ClientParameters | null;
  /** In front of the text of every error: `connect to 127.0.0.1:5684`. */
  what: string;
  /** Milliseconds from `start()` on; 0: none. Then `established` rejects with `ETIMEDOUT`. Default 0. */
  handshakeTimeout?: number;
  /** Bytes of plaintext that may wait in the connection before the transport is paused. Default 65536. */
  highWaterMark?: number;
  handlers?: TlsConnectionHandlers;
}

/**
 * One TLS connection over a byte stream: the driver between a `Duplex` and the sans-IO {@link NativeStream}. It knows
 * neither options nor public classes; `TlsSocket`, `TlsServer` and the contract sockets are built on it.
 *
 * Receiving is by pull: `read()` takes what is there, the handler `readable` says when to look again. While more than
 * `highWaterMark` bytes wait, the transport is paused. Sending is in the order of the calls, and at the transport's pace.
 *
 * Ends in one of three ways: the peer ends its direction (`ended`, and `truncated` when it did so without
 * close_notify; sending still works), the connection fails (`error`, `failure`; the alert for the peer is sent, then
 * the transport is closed), or `destroy()`. Plaintext that came before can be read after the first two.
 */
export class TlsConnection {
  /**
   * Resolves when the handshake is done. Rejects with a `TlsError`: as `failureToError`; the transport's own error
   * (`ECONNRESET`, ...); `ECONNRESET` when it ends in mid-handshake; `ETIMEDOUT`; `ERR_CLOSED` after `destroy()`;
   * `ERR_DANE_UNUSABLE`. May be ignored: a rejection is never reported as unhandled.
   */
  readonly established: Promise<PeerInfo>;
  /** Resolves when the transport is closed and the native side is freed. */
  readonly closed: Promise<void>;
  /** May be replaced at any time. */
  handlers: TlsConnectionHandlers;
  readonly transport: Duplex;
  readonly #options: TlsConnectionOptions;
  readonly #plaintext = new PlaintextQueue();
  readonly #highWaterMark: number;
  #state: 'idle' | 'handshaking' | 'open' | 'over' = 'idle';
  #native: NativeStream | undefined;
  #writer: RecordWriter | undefined;
  #info: PeerInfo | undefined;
  #error: TlsError | undefined;
  #failure: Failure | undefined;
  #failedIdentity = '';
  #ended = false;
  #truncated = false;
  /** Received plaintext is dropped: nobody will read it. */
  #discarding = false;
  #closing = false;
  #waitingForSession = false;
  #timer: NodeJS.Timeout | undefined;
  #resolve!: (info: PeerInfo) => void;
  #reject!: (error: TlsError) => void;
  #resolveClosed!: () => void;

  constructor(options: TlsConnectionOptions) {
    this.#options = options;
    this.transport = options.transport;
    this.#highWaterMark = options.highWaterMark ?? 65_536;
    this.handlers = options.handlers ?? {};
    this.established = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.established.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.transport.on('error', (error) => this.#onTransportFailed(error));
    this.transport.on('close', () => this.#onTransportClosed());
  }

  /** Begins the handshake. Once, and before everything but `destroy()`. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'handshaking';
    const { context, parameters, handshakeTimeout = 0 } = this.#options;
    if (this.transport.destroyed) return this.#fail(this.#closedError());
    if (this.transport.readableEnded) return this.#onTransportEnded();
    try {
      this.#native = new native.Stream(context, parameters);
    } catch (error) {
      return this.#fail(systemError(this.#options.what, error));
    }
    this.#writer = new RecordWriter(this.#options.what, this.transport, this.#native, () => this.#onNativeFailed());
    this.transport.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.transport.on('end', () => this.#onTransportEnded());
    this.transport.on('drain', () => this.#writer?.flush());
    if (handshakeTimeout > 0) this.#timer = setTimeout(() => this.#onTimeout(handshakeTimeout), handshakeTimeout);
    this.#advance(this.#native.start());
  }

  /** Neither established nor failed yet. */
  get handshaking(): boolean {
    return this.#state === 'idle' || this.#state === 'handshaking';
  }

  /** What is known of the peer; undefined until `established`, kept afterwards. */
  get info(): PeerInfo | undefined {
    return this.#info;
  }

  /** Why the connection failed, before or after `established`; undefined while it is well. */
  get error(): TlsError | undefined {
    return this.#error;
  }

  /**
   * The same in numbers, where there are some: as native code gave them, or the cause `transport` with a positive errno,
   * or `timeout`.
   */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Server: the PSK identity that the client gave, in a handshake that failed as well; empty for none. */
  get pskIdentity(): string {
    return this.#info?.pskIdentity ?? this.#failedIdentity;
  }

  /** The peer sends nothing more. There may still be something to `read()`. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The peer's direction ended without close_notify: what came may not be all that was meant. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** Bytes that `read()` would give. */
  get readableBytes(): number {
    return this.#plaintext.size;
  }

  /** Received plaintext, at most `limit` bytes of it; null when there is none now. The bytes are the caller's. */
  read(limit = Number.POSITIVE_INFINITY): Buffer | null {
    const chunk = this.#plaintext.shift(limit);
    if (chunk !== null) this.#updateFlow();
    return chunk;
  }

  /** Drops what has come and what will: nobody reads any more. */
  discard(): void {
    this.#discarding = true;
    this.#plaintext.clear();
    this.#updateFlow();
  }

  /**
   * Sends `data`, whose bytes are read until `done` is called: when the transport has taken all of it, or with the error
   * of the connection. `ERR_CLOSED` before `established` and after `closeNotify()`.
   */
  write(data: Uint8Array, done: WriteDone): void {
    if (this.#writer !== undefined) this.#writer.write(data, done);
    else process.nextTick(done, this.#error ?? this.#closedError());
  }

  /** `write()` as a promise. */
  send(data: Uint8Array): Promise<void> {
    return promised((done) => this.write(data, done));
  }

  /**
   * Says close_notify after all that was written. The transport stays open, and receiving goes on. Resolves when it has
   * left, or the connection is over.
   */
  async closeNotify(): Promise<void> {
    const writer = this.#writer;
    if (writer !== undefined) await new Promise<void>((resolve) => writer.closeNotify(resolve));
  }

  /**
   * Ends our direction: close_notify, unless that is false, then the transport's FIN. Receiving goes on. Resolves when
   * both have left, or the connection is over.
   */
  async end({ closeNotify = true } = {}): Promise<void> {
    await this.#flush(closeNotify);
    await new Promise<void>((resolve) => this.transport.end(() => resolve()));
  }

  /**
   * Closes in order: as `end()`, then drops what still comes until the peer has ended as well, which it has a second for,
   * and closes the transport. In mid-handshake the same as `destroy()`. Idempotent. Resolves when the transport is closed;
   * never rejects.
   */
  close({ closeNotify = true } = {}): Promise<void> {
    if (this.handshaking) this.destroy();
    this.discard();
    if (this.#state === 'open' && !this.#closing) {
      this.#closing = true;
      const timer = setTimeout(() => this.destroy(), FLUSH_TIME);
      void this.#flush(closeNotify).then(() => {
        clearTimeout(timer);
        linger(this.transport);
      });
    }
    return this.closed;
  }

  /** Frees everything and destroys the transport, without close_notify. Idempotent. */
  destroy(): void {
    this.discard();
    this.#finish(this.#closedError());
    if (this.transport.destroyed) return;
    this.transport.on('error', () => {});
    this.transport.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#native !== undefined) this.#advance(this.#native.receive(chunk));
  }

  /** Does what the flags of a native call ask for. Every handler may end the connection: then the rest is void. */
  #advance(flags: number): void {
    if ((flags & StreamFlag.output) !== 0) this.#writer?.sendOutput();
    if ((flags & StreamFlag.keylog) !== 0) this.#tellKeylog();
    if ((flags & StreamFlag.session) !== 0) this.#tellSession();
    if ((flags & StreamFlag.established) !== 0) this.#onEstablished();
    if ((flags & StreamFlag.sessionWanted) !== 0) void this.#fetchSession();
    const before = this.#plaintext.size;
    if ((flags & StreamFlag.plaintext) !== 0) this.#takePlaintext();
    const ended = (flags & StreamFlag.ended) !== 0 && !this.#ended;
    if (ended) this.#ended = true;
    if ((flags & StreamFlag.failed) !== 0) this.#onNativeFailed();
    else if (ended || this.#plaintext.size > before) this.handlers.readable?.();
  }

  #onEstablished(): void {
    if (this.#native === undefined) return;
    this.#state = 'open';
    clearTimeout(this.#timer);
    this.#info = this.#native.info();
    this.#resolve(this.#info);
  }

  #takePlaintext(): void {
    const plaintext = this.#native?.takePlaintext() ?? null;
    if (plaintext === null || this.#discarding) return;
    this.#plaintext.push(plaintext);
    this.#updateFlow();
  }

  #tellKeylog(): void {
    const lines = this.#native?.takeKeylog() ?? null;
    if (lines !== null) this.handlers.keylog?.(lines);
  }

  #tellSession(): void {
    const session = this.#native?.takeSession() ?? null;
    if (session !== null) this.handlers.session?.(session);
  }

  async #fetchSession(): Promise<void> {
    const id = this.#native?.wantedSession() ?? null;
    if (id === null) return;
    this.#waitingForSession = true;
    this.#updateFlow();
    const session = (await this.handlers.sessionWanted?.(id)?.catch(() => null)) ?? null;
    this.#waitingForSession = false;
    if (this.#native === undefined) return;
    this.#advance(this.#native.answerSession(session));
    this.#updateFlow();
  }

  /** The transport flows while there is room for what it brings, and somebody to take it. */
  #updateFlow(): void {
    const wanted = !this.#waitingForSession && this.#plaintext.size < this.#highWaterMark;
    if (wanted === !this.transport.isPaused()) return;
    if (wanted) this.transport.resume();
    else this.transport.pause();
  }

  /** Resolves when all that was written has left, or the connection is over. */
  #flush(closeNotify: boolean): Promise<void> {
    return closeNotify ? this.closeNotify() : this.send(new Uint8Array()).catch(() => {});
  }

  #onTimeout(milliseconds: number): void {
    const error = new TlsError(
      'ETIMEDOUT',
      `${this.#options.what}: the handshake was not complete within ${milliseconds} ms`,
      { errno: constants.errno.ETIMEDOUT },
    );
    this.#fail(error, { cause: Cause.timeout, code: constants.errno.ETIMEDOUT, reason: '' });
  }

  #onNativeFailed(): void {
    const failed = this.#native?.failure() ?? null;
    if (failed === null) return;
    const { pskIdentity, ...failure } = failed;
    this.#failedIdentity = pskIdentity;
    const error = failureToError(this.#options.what, failure);
    this.#fail(error ?? new TlsError('ERR_CLOSED', `${this.#options.what}: the peer ended the handshake`), failure);
  }

  /** FIN. In mid-handshake a failure; afterwards an end, and the owner decides what it thinks of a missing close_notify. */
  #onTransportEnded(): void {
    if (this.#state === 'handshaking') {
      const errno = constants.errno.ECONNRESET;
      const text = 'the peer closed the connection during the handshake';
      const error = new TlsError('ECONNRESET', `${this.#options.what}: ${text}`, { errno });
      return this.#fail(error, { cause: Cause.transport, code: errno, reason: '' });
    }
    if (this.#state !== 'open' || this.#ended) return;
    this.#ended = true;
    this.#truncated = true;
    this.handlers.readable?.();
  }

  /** After the peer's end an error is of no interest, unless something was still to be sent. */
  #onTransportFailed(cause: Error): void {
    if (this.#ended && this.#writer?.idle) return this.#finish(this.#closedError());
    const error = transportError(this.#options.what, cause);
    const { errno } = error;
    this.#fail(error, errno === undefined ? undefined : { cause: Cause.transport, code: errno, reason: '' });
  }

  #onTransportClosed(): void {
    const orderly = this.#ended && this.transport.writableFinished;
    if (this.#state !== 'over' && !orderly) this.#fail(this.#closedError());
    this.#finish(this.#closedError());
    this.#resolveClosed();
  }

  /** What libssl had to say has left for the transport before. */
  #fail(error: TlsError, failure?: Failure): void {
    if (this.#state === 'over') return;
    this.#error = error;
    this.#failure = failure;
    this.#finish(error);
    linger(this.transport);
    this.handlers.readable?.();
  }

  #finish(error: TlsError): void {
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#writer?.stop(error);
    this.#writer = undefined;
    this.#native?.destroy();
    this.#native = undefined;
    this.#reject(error);
  }

  #closedError(): TlsError {
    return new TlsError('ERR_CLOSED', `${this.#options.what}: the connection is closed`);
  }
}

function promised(start: (done: WriteDone) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error === null ? resolve() : reject(error))));
}

/** What a `Duplex` failed with: an error of the system, or anything else that its author thought of. */
function transportError(what: string, cause: Error & { code?: unknown }): TlsError {
  // Node tries all addresses of a name: the first failure is as good as the others.
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return transportError(what, cause.errors[0]);
  if (typeof cause.code === 'string') return systemError(what, cause);
  return new TlsError('EIO', `${what}: the transport failed: ${cause.message}`, { errno: constants.errno.EIO, cause });
}
