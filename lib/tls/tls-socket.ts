import type { X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type InspectOptions, inspect } from 'node:util';
import type { CipherSuite } from '../binding.js';
import { appendKeylog } from '../keylog.js';
import { cipherSuiteById } from '../options/cipher-suites.js';
import { type TlsVersion, versionName } from '../options/versions.js';
import { inspected } from '../socket/inspection.js';
import { PeerIdentity } from '../socket/peer-identity.js';
import { linesOf } from './keylog-lines.js';
import { FLUSH_TIME } from './linger.js';
import { setTlsSocketFactory, type TlsSocketSettings } from './socket-factory.js';
import type { TlsConnection } from './tls-connection.js';
import type { TlsSocketEmitting, TlsSocketListening } from './tls-socket-events.js';
import { addressOf, noAddress, type TransportAddress } from './transport-address.js';

/** Bytes of waiting writes that leave in common records; more would only be copied for nothing. */
const MERGED = 65_536;

/**
 * One established TLS connection, the same for a server's clients and for `connectTls()`. Made by these, never by `new`.
 *
 * A `stream.Duplex` of plaintext with backpressure in both directions. It ends when the peer says close_notify, and also when
 * it closes TCP without it: `truncated` tells them apart. With `allowHalfOpen` (default false) ours stays open then,
 * otherwise it ends by itself, as with `net.Socket`. `end()` says close_notify and sends FIN, and receiving goes on;
 * `destroy()` closes at once, without either.
 *
 * Events besides those of a stream: `'session'` (client, a `Buffer`: a session that the option `session` of a later
 * `connectTls()` takes; with TLS 1.3 it comes after the handshake, and more than once) and `'keylog'` (client with the
 * option `keylog`, a `Buffer`: a line in NSS key log format, with its line end). What came before the first listener is
 * kept for it. `'error'` does not crash a process in which nobody listens to it: a peer must not be able to do that.
 * `'close'` comes when TCP is closed; after an error at once.
 */
export class TlsSocket extends Duplex {
  /** `EventEmitter.on`, for {@link TlsSocketEvents}. */
  declare on: TlsSocketListening<this>;
  /** `EventEmitter.once`, for {@link TlsSocketEvents}. */
  declare once: TlsSocketListening<this>;
  /** `EventEmitter.off`, for {@link TlsSocketEvents}. */
  declare off: TlsSocketListening<this>;
  /** `EventEmitter.addListener`, for {@link TlsSocketEvents}. */
  declare addListener: TlsSocketListening<this>;
  /** `EventEmitter.removeListener`, for {@link TlsSocketEvents}. */
  declare removeListener: TlsSocketListening<this>;
  /** `EventEmitter.prependListener`, for {@link TlsSocketEvents}. */
  declare prependListener: TlsSocketListening<this>;
  /** `EventEmitter.prependOnceListener`, for {@link TlsSocketEvents}. */
  declare prependOnceListener: TlsSocketListening<this>;
  /** `EventEmitter.emit`, for {@link TlsSocketEvents}. */
  declare emit: TlsSocketEmitting;
  readonly #connection: TlsConnection;
  readonly #settings: TlsSocketSettings;
  #address: TransportAddress = noAddress;
  #identity: PeerIdentity | undefined;
  /** The stream has room for what comes. */
  #wanted = false;
  #ended = false;
  #closing: Promise<void> | undefined;
  #session: Buffer | undefined;
  #sessionsHeld = true;
  #keylogLines: Buffer[] | undefined;

  static {
    setTlsSocketFactory((connection, settings) => new TlsSocket(connection, settings));
  }

  private constructor(connection: TlsConnection, settings: TlsSocketSettings) {
    super({ allowHalfOpen: settings.allowHalfOpen });
    this.#connection = connection;
    this.#settings = settings;
    this.#keylogLines = settings.keylog ? [] : undefined;
    connection.handlers = {
      ...connection.handlers,
      readable: () => this.#onReadable(),
      ...(settings.bindSession !== undefined && { session: (session) => this.#onSession(session) }),
      ...((settings.keylog || settings.keylogFile !== undefined) && { keylog: (lines) => this.#onKeylog(lines) }),
    };
    connection.established.then(
      () => {
        this.#address = addressOf(connection.transport);
      },
      () => {},
    );
    this.on('error', () => {});
    this.on('newListener', this.#onNewListener);
  }

  /** Which end of the connection this one is. */
  get role(): 'client' | 'server' {
    return this.#settings.role;
  }

  /** The negotiated version. `SSL_version`. */
  get protocol(): TlsVersion {
    return versionName(this.#connection.info?.version ?? 0) as TlsVersion;
  }

  /** The negotiated cipher suite. `SSL_get_current_cipher`. */
  get cipher(): CipherSuite {
    return cipherSuiteById(this.#connection.info?.cipher ?? 0);
  }

  /** Whether the handshake continued an earlier session. */
  get resumed(): boolean {
    return this.#connection.info?.resumed ?? false;
  }

  /** The identity that the client gave; undefined for a connection without PSK. */
  get pskIdentity(): string | undefined {
    return this.#peerIdentity?.pskIdentity;
  }

  /** The name that the client asked for (SNI); undefined when it asked for none. `SSL_get_servername`. */
  get servername(): string | undefined {
    return this.#connection.info?.serverName || undefined;
  }

  /**
   * Whether the peer has proved who it is: by the pre-shared key, or by a certificate that was verified. At a server false
   * for clients that were not asked for a certificate.
   */
  get authorized(): boolean {
    return this.#peerIdentity?.authorized ?? false;
  }

  /**
   * Why the peer's certificate is not believed, as `node:tls` names it: `'CERT_HAS_EXPIRED'`. Undefined when it is, and
   * when there is none. Others are refused unless `rejectUnauthorized` is false. `SSL_get_verify_result`.
   */
  get authorizationError(): string | undefined {
    return this.#peerIdentity?.authorizationError;
  }

  /** The peer's own certificate; undefined when it gave none, or one that Node.js cannot read. */
  get peerCertificate(): X509Certificate | undefined {
    return this.#peerIdentity?.chain[0];
  }

  /**
   * What the peer sent: its own certificate and then those of its authorities, as far as Node.js can read them. After a
   * resumed handshake only the first. `SSL_get_peer_cert_chain`.
   */
  get peerCertificateChain(): readonly X509Certificate[] {
    return this.#peerIdentity?.chain ?? [];
  }

  /**
   * Clients: the newest session, to be resumed by the option `session` of a later `connectTls()`; undefined while the server
   * has given none. It holds the keys of this connection: keep it as you keep those. `i2d_SSL_SESSION`.
   */
  get session(): Buffer | undefined {
    return this.#session;
  }

  /** The peer has closed TCP without close_notify: what came may not be all that was meant. */
  get truncated(): boolean {
    return this.#connection.truncated;
  }

  /** Numeric; undefined over a transport that is no TCP socket, as are the next four. Kept after the close. */
  get remoteAddress(): string | undefined {
    return this.#address.remoteAddress;
  }

  /** TCP port of the peer. */
  get remotePort(): number | undefined {
    return this.#address.remotePort;
  }

  /** IP version of `remoteAddress`. */
  get remoteFamily(): 'IPv4' | 'IPv6' | undefined {
    return this.#address.remoteFamily;
  }

  /** Our own numeric address. */
  get localAddress(): string | undefined {
    return this.#address.localAddress;
  }

  /** Our own TCP port. */
  get localPort(): number | undefined {
    return this.#address.localPort;
  }

  /** Bytes received from the transport, handshake and record overhead included. Stays readable after the close. */
  get bytesRead(): number {
    return this.#tcp?.bytesRead ?? 0;
  }

  /** Bytes given to the transport, counted as `bytesRead`. */
  get bytesWritten(): number {
    return this.#tcp?.bytesWritten ?? 0;
  }

  /** The connection keeps the process alive: the default. */
  ref(): this {
    this.#tcp?.ref();
    return this;
  }

  /** The process may end though the connection is open. */
  unref(): this {
    this.#tcp?.unref();
    return this;
  }

  /**
   * Ends the connection in order: sends what was written, for which the peer has ten seconds, close_notify and FIN, drops
   * what still comes, and closes TCP when the peer has ended as well or a second later. Idempotent. Resolves after
   * `'close'`; never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#beginClose();
    return this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  override [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For `console.log`: who and how; never a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { role, remoteAddress, remotePort, protocol, cipher, pskIdentity, servername, resumed } = this;
    const state = this.destroyed ? 'closed' : 'connected';
    const fields = { role, state, remoteAddress, remotePort, protocol, cipher: cipher.name, pskIdentity, servername };
    return inspected('TlsSocket', { ...fields, resumed }, depth, options);
  }

  /** @internal */
  override _read(): void {
    this.#wanted = true;
    this.#pull();
  }

  /** @internal */
  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#connection.write(chunk, callback);
  }

  /** @internal */
  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    const total = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (total <= MERGED) return this.#connection.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
    const last = chunks.length - 1;
    for (const [index, { chunk }] of chunks.entries()) {
      this.#connection.write(chunk, index === last ? callback : () => {}); // one that fails takes the rest along
    }
  }

  /** @internal */
  override _final(callback: (error?: Error | null) => void): void {
    void this.#connection.end().then(() => callback());
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const inOrder = this.#closing !== undefined || (this.readableEnded && this.writableFinished);
    const failed = this.#connection.error !== undefined;
    if (inOrder && error === null) void this.#connection.close();
    else if (!failed) this.#connection.destroy();
    if (failed)
      callback(error); // its transport lingers until the alert has left
    else void this.#connection.closed.then(() => callback(error));
  }

  get #peerIdentity(): PeerIdentity | undefined {
    const { info } = this.#connection;
    if (info !== undefined) this.#identity ??= new PeerIdentity(info);
    return this.#identity;
  }

  get #tcp(): Socket | undefined {
    const { transport } = this.#connection;
    return transport instanceof Socket ? transport : undefined;
  }

  #onReadable(): void {
    this.#pull();
    const { error } = this.#connection;
    if (error !== undefined) this.destroy(error);
  }

  #pull(): void {
    while (this.#wanted) {
      const chunk = this.#connection.read();
      if (chunk === null) break;
      this.#wanted = this.push(chunk);
    }
    if (this.#connection.ended && this.#connection.readableBytes === 0) this.#endReadable();
  }

  #endReadable(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.push(null);
  }

  #beginClose(): Promise<void> {
    if (this.closed) return Promise.resolve();
    const closed = new Promise<void>((resolve) => this.once('close', resolve));
    const timer = setTimeout(() => this.#connection.destroy(), FLUSH_TIME);
    void closed.then(() => clearTimeout(timer));
    this.#connection.discard();
    this.#endReadable();
    this.end(() => this.destroy());
    return closed;
  }

  #onSession(session: Buffer): void {
    const bound = this.#settings.bindSession?.(session);
    session.fill(0);
    this.#session = bound;
    if (!this.#sessionsHeld && bound !== undefined) process.nextTick(() => this.emit('session', bound));
  }

  #onKeylog(lines: Buffer): void {
    if (this.#settings.keylogFile !== undefined) appendKeylog(this.#settings.keylogFile, lines);
    if (!this.#settings.keylog) return;
    for (const line of linesOf(lines)) {
      if (this.#keylogLines !== undefined) this.#keylogLines.push(line);
      else process.nextTick(() => this.emit('keylog', line));
    }
  }

  readonly #onNewListener = (event: string | symbol): void => {
    if (event === 'session' && this.#sessionsHeld) {
      this.#sessionsHeld = false;
      const session = this.#session;
      if (session !== undefined) process.nextTick(() => this.emit('session', session));
    } else if (event === 'keylog' && this.#keylogLines !== undefined) {
      const lines = this.#keylogLines;
      this.#keylogLines = undefined;
      process.nextTick(() => {
        for (const line of lines) this.emit('keylog', line);
      });
    }
  };
}
