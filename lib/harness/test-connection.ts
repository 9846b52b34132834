import type { X509Certificate } from 'node:crypto';
import { TlsError } from '../errors/tls-error.js';
import { boolean, oneOf, optionsRecord } from '../options/check.js';
import type { DtlsSocket } from '../socket/dtls-socket.js';
import { peerOf } from '../socket/socket-factory.js';
import { setTestConnectionFactory } from './connection-factory.js';
import { parseAlert, parseFilter, parseTimeout } from './test-server-options.js';
import { WaitingList } from './waiting-list.js';

/** What `TestConnection.receive()` waits for. */
export interface ReceiveOptions {
  /** Integer 1..2147483647 ms, default that of the server. Throws `ERR_INVALID_OPTION`. */
  timeout?: number | undefined;
  /** Which message is wanted; others stay for a later call. What it throws, `receive()` rejects with. Default: the next. */
  filter?: ((message: Buffer) => boolean) | undefined;
  /** Whether the message stays for a later call. Default false. Throws `ERR_INVALID_OPTION`. */
  peek?: boolean | undefined;
}

/** How `TestConnection.sendAlert()` sends. */
export interface AlertOptions {
  /** `'fatal'`, the default, ends the connection; after a `'warning'` it goes on. Throws `ERR_INVALID_OPTION`. */
  level?: 'fatal' | 'warning' | undefined;
}

/** Bytes of an unexpected message that are shown. */
const SHOWN = 32;

/**
 * A client of a {@link TestServer}. Its messages are kept from the first on, without a limit, until somebody takes them.
 */
export class TestConnection implements AsyncDisposable {
  /** What it is besides: identity, cipher suite, counters, ... */
  readonly socket: DtlsSocket;
  readonly #timeout: number;
  readonly #messages = new WaitingList<Buffer>();
  readonly #ended: Promise<TlsError | undefined>;
  #error: TlsError | undefined;

  static {
    setTestConnectionFactory((socket, timeout) => new TestConnection(socket, timeout));
  }

  private constructor(socket: DtlsSocket, timeout: number) {
    this.socket = socket;
    this.#timeout = timeout;
    socket.on('message', (message) => this.#messages.put(Buffer.from(message)));
    socket.on('error', (error) => {
      this.#error = error;
    });
    this.#ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#messages.end(() => this.#endError());
        resolve(this.#error);
      });
    });
  }

  /** Numeric, with the zone of a link-local IPv6 address. */
  get remoteAddress(): string {
    return this.socket.remoteAddress;
  }

  /** UDP port of the client. */
  get remotePort(): number {
    return this.socket.remotePort;
  }

  /** The client's own certificate; undefined when it gave none. */
  get peerCertificate(): X509Certificate | undefined {
    return this.socket.peerCertificate;
  }

  /** The identity that the client gave; undefined for a connection without PSK. */
  get pskIdentity(): string | undefined {
    return this.socket.pskIdentity;
  }

  /** Whether the handshake continued an earlier session. */
  get resumed(): boolean {
    return this.socket.resumed;
  }

  /** Messages that nobody has taken yet. */
  get waiting(): readonly Buffer[] {
    return [...this.#messages.items];
  }

  /**
   * The next message that nobody has taken. Rejects with `ETIMEDOUT`; when the connection has ended, and no such message is
   * left, with the error that it failed with, or `ERR_CLOSED`; with `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   *
   * @example await connection.receive({ filter: (message) => parse(message).code === '2.05', timeout: 2_000 })
   */
  async receive(options: ReceiveOptions = {}): Promise<Buffer> {
    const record = optionsRecord(options, 'receive', ['timeout', 'filter', 'peek']);
    const timeout = parseTimeout(record['timeout'], this.#timeout);
    const accepts = parseFilter<Buffer>(record['filter']);
    const peek = boolean(record['peek'], 'peek', false);
    const message = await this.#messages.take({ timeout, accepts, peek });
    if (message !== undefined) return message;
    const others = this.#messages.items.length;
    const rest = others === 0 ? '' : `; ${others} that the filter did not take are waiting`;
    throw new TlsError('ETIMEDOUT', `receive: no message of ${this.#name} within ${timeout} ms${rest}`);
  }

  /** Sends one message. Throws as `DtlsSocket.send()` does. */
  send(message: Uint8Array | string): void {
    this.socket.send(message);
  }

  /**
   * Resolves when no message has come for so long, integer 1..2147483647 ms. Rejects with `ERR_UNEXPECTED_MESSAGE` for one,
   * also for one that was waiting already; it stays for `receive()`. Rejects as that does when the connection ends.
   */
  async expectSilence(milliseconds: number): Promise<void> {
    const timeout = parseTimeout(milliseconds, this.#timeout, 'milliseconds');
    const message = await this.#messages.take({ timeout, accepts: () => true, peek: true });
    if (message === undefined) return;
    const shown = `${message.toString('hex', 0, SHOWN)}${message.length > SHOWN ? '...' : ''}`;
    throw new TlsError(
      'ERR_UNEXPECTED_MESSAGE',
      `expectSilence: a message of ${message.length} bytes came from ${this.#name}: ${shown}`,
    );
  }

  /**
   * Waits until the connection has ended, and resolves with the error that it failed with; undefined when it ended in order.
   * Rejects with `ETIMEDOUT`, `ERR_INVALID_OPTION`.
   */
  async ended(options: { readonly timeout?: number | undefined } = {}): Promise<TlsError | undefined> {
    const timeout = parseTimeout(optionsRecord(options, 'ended', ['timeout'])['timeout'], this.#timeout);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = () => new TlsError('ETIMEDOUT', `ended: ${this.#name} is connected after ${timeout} ms still`);
      timer = setTimeout(() => reject(error()), timeout);
    });
    return Promise.race([this.#ended, late]).finally(() => clearTimeout(timer));
  }

  /**
   * Sends an alert of any kind, by number or by the name that IANA has for it. Throws `ERR_CLOSED`, `ERR_INVALID_OPTION`,
   * `ERR_UNKNOWN_OPTION`; `ENOTSUP` where OpenSSL has the records: with a CBC suite, and for a `'warning'` with
   * `recordLayer: 'openssl'`.
   *
   * @example connection.sendAlert('internal_error')
   */
  sendAlert(alert: string | number, options: AlertOptions = {}): void {
    const record = optionsRecord(options, 'sendAlert', ['level']);
    const level = oneOf(record['level'], 'level', ['fatal', 'warning'], 'fatal');
    peerOf(this.socket).sendAlert(level === 'fatal' ? 2 : 1, parseAlert(alert));
  }

  /** The server loses the association, and the client hears nothing of it. Idempotent. Resolves when it has ended here. */
  forget(): Promise<void> {
    return peerOf(this.socket).forget();
  }

  /** Sends close_notify and ends the connection. Idempotent. Never rejects. */
  close(): Promise<void> {
    return this.socket.close();
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #endError(): TlsError {
    return this.#error ?? new TlsError('ERR_CLOSED', `${this.#name} has ended`);
  }

  get #name(): string {
    return `the connection of ${this.remoteAddress} port ${this.remotePort}`;
  }
}
