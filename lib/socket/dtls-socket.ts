import type { X509Certificate } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import type { CipherSuite } from '../binding.js';
import type { TlsError } from '../errors/tls-error.js';
import { type FaultInjector, noFaults } from '../faults/fault-injector.js';
import { invalidOption } from '../options/check.js';
import { cipherSuiteById } from '../options/cipher-suites.js';
import { type DtlsVersion, versionName } from '../options/versions.js';
import { exportedKey } from './exported-key.js';
import { inspected } from './inspection.js';
import { LazyEmitter } from './lazy-emitter.js';
import { messagesOf } from './message-iterator.js';
import type { Peer } from './peer.js';
import { PeerIdentity } from './peer-identity.js';
import { setDtlsSocketFactory } from './socket-factory.js';

/** Events of a {@link DtlsSocket} and what their listeners get. */
export interface DtlsSocketEvents {
  /** One message. See the option `copyMessages` for what keeping it costs. */
  message: [message: Buffer];
  /** The connection failed; `'close'` follows. Only emitted when somebody listens: a peer must not crash a server. */
  error: [error: TlsError];
  /** The end, once. Nothing follows. */
  close: [hadError: boolean];
  /** Clients with the option `keylog`: a line in NSS key log format, with its line end. */
  keylog: [line: Buffer];
  /** Clients: a session that can be resumed by the option `session` of a later `connect()`, for the first listener too. */
  session: [session: Buffer];
}

/**
 * One established DTLS association, the same for a server's clients and for `connect()`. Made by these, never by `new`.
 *
 * Messages that arrive before the first `'message'` listener are kept for it (eight, then they are lost), so that
 * nothing is missed between `await connect()` and `socket.on('message', ...)`.
 */
export class DtlsSocket extends LazyEmitter<DtlsSocketEvents> {
  readonly #peer: Peer;
  #identity: PeerIdentity | undefined;

  static {
    setDtlsSocketFactory(
      (peer) => new DtlsSocket(peer),
      (socket) => socket.#peer,
    );
  }

  private constructor(peer: Peer) {
    super();
    this.#peer = peer;
  }

  /** Which end of the association this one is. */
  get role(): 'client' | 'server' {
    return this.#peer.role;
  }

  /** `'closed'` from the moment when `close()` is called or the association ends; the `'close'` event follows later. */
  get state(): 'connected' | 'closed' {
    return this.#peer.connected ? 'connected' : 'closed';
  }

  /** Numeric, with the zone of a link-local IPv6 address. */
  get remoteAddress(): string {
    return this.#peer.record.remoteAddress;
  }

  /** UDP port of the peer. */
  get remotePort(): number {
    return this.#peer.record.remotePort;
  }

  /** IP version of `remoteAddress`. */
  get remoteFamily(): 'IPv4' | 'IPv6' {
    return this.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
  }

  /** Where the UDP socket is bound: at a server that listens on every interface, that is `'::'`. */
  get localAddress(): string {
    return this.#peer.endpoint.localAddress.address;
  }

  /** UDP port of `localAddress`. */
  get localPort(): number {
    return this.#peer.endpoint.localAddress.port;
  }

  /** The negotiated cipher suite. `SSL_get_current_cipher`. */
  get cipher(): CipherSuite {
    return cipherSuiteById(this.#peer.record.cipher);
  }

  /** The negotiated protocol version: `'DTLSv1.2'`. `SSL_version`. */
  get protocol(): DtlsVersion | (string & {}) {
    return versionName(this.#peer.record.version);
  }

  /** The name that the client asked for; undefined when it sent none. `SSL_get_servername`. */
  get servername(): string | undefined {
    return this.#peer.record.serverName || undefined;
  }

  /**
   * Whether the peer has proved who it is: by the pre-shared key, or by a certificate that was verified. At a server false
   * for clients that were not asked for a certificate.
   */
  get authorized(): boolean {
    return this.#who.authorized;
  }

  /**
   * Why the peer's certificate is not believed, as `node:tls` names it: `'CERT_HAS_EXPIRED'`. Undefined when it is, and
   * when there is none. Others are refused unless `rejectUnauthorized` is false. `SSL_get_verify_result`.
   */
  get authorizationError(): string | undefined {
    return this.#who.authorizationError;
  }

  /** The peer's own certificate; undefined when it gave none, or one that Node.js cannot read. */
  get peerCertificate(): X509Certificate | undefined {
    return this.#who.chain[0];
  }

  /**
   * What the peer sent: its own certificate and then those of its authorities, as far as Node.js can read them. After a
   * resumed handshake only the first. `SSL_get_peer_cert_chain`.
   */
  get peerCertificateChain(): readonly X509Certificate[] {
    return this.#who.chain;
  }

  /**
   * Clients: the newest session, to be resumed by the option `session` of a later `connect()`; undefined while the server
   * has given none. It holds the keys of this connection: keep it as you keep those. `i2d_SSL_SESSION`.
   */
  get session(): Buffer | undefined {
    return this.#peer.session;
  }

  /** The identity that the client gave; undefined for a connection without PSK. */
  get pskIdentity(): string | undefined {
    return this.#who.pskIdentity;
  }

  /**
   * Bytes of the largest message that one datagram can carry: the option `mtu` without what the cipher suite adds.
   * `DTLS_get_data_mtu`.
   */
  get innerMtu(): number {
    return this.#peer.record.innerMtu;
  }

  /** Whether the handshake continued an earlier session. `SSL_session_reused`. */
  get resumed(): boolean {
    return this.#peer.record.resumed;
  }

  /**
   * Bytes of UDP payload sent to the peer, handshake and record overhead included. Stays readable after the close, as
   * the next three do.
   */
  get bytesSent(): number {
    return this.#peer.traffic.bytesSent;
  }

  /** Bytes of UDP payload received from the peer. A server counts from the ClientHello with a valid cookie on. */
  get bytesReceived(): number {
    return this.#peer.traffic.bytesReceived;
  }

  /** Datagrams sent to the peer, handshake and retransmissions included. */
  get datagramsSent(): number {
    return this.#peer.traffic.datagramsSent;
  }

  /** Datagrams received from the peer; counted as `bytesReceived`. */
  get datagramsReceived(): number {
    return this.#peer.traffic.datagramsReceived;
  }

  /** The bad network that the option `faults` has made; a server's socket has that of its server. Throws `ERR_NO_FAULTS` without it. */
  get faults(): FaultInjector {
    const { faults } = this.#peer.endpoint;
    if (faults === undefined) throw noFaults('the socket');
    return faults;
  }

  /**
   * Sends one message in one datagram; a string as UTF-8. As with any datagram, nobody tells whether it arrives. An empty
   * message sends nothing. The bytes are read before the call returns.
   *
   * Throws `EMSGSIZE` above `innerMtu`, with nothing sent; `ERR_CLOSED`; `ERR_INVALID_OPTION` for other types.
   */
  send(message: Uint8Array | string): void {
    if (typeof message === 'string') this.#peer.send(Buffer.from(message, 'utf8'));
    else if (message instanceof Uint8Array) this.#peer.send(message);
    else throw invalidOption('send', message, 'a Uint8Array or a string');
  }

  /**
   * Keys for the application's own use, which both ends can make and nobody else: bytes that follow from the handshake and a
   * label. `length` is 1..1024, `label` a text of 1..64 ASCII characters that stands for the use; `context`, at most 512 bytes, mixes more in,
   * and none is not the same as an empty one. As `exportKeyingMaterial` of `node:tls`. Throws `ERR_INVALID_OPTION`, `ERR_CLOSED`,
   * `ERR_TLS_LIBRARY` (a label that TLS itself uses). RFC 5705, `SSL_export_keying_material`.
   *
   * @example socket.exportKeyingMaterial(32, 'EXPERIMENTAL my-protocol')
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    return exportedKey(this.#peer, length, label, context);
  }

  /**
   * A client keeps the process alive while it is connected: the default. Without effect on a server's socket, which
   * shares the UDP socket of its server (`DtlsServer.ref()` is the one to call), and after the end.
   */
  ref(): this {
    this.#peer.setKeepAlive(true);
    return this;
  }

  /** The process may end though this client is connected. Without effect where `ref()` has none. */
  unref(): this {
    this.#peer.setKeepAlive(false);
    return this;
  }

  /** Sends close_notify and ends the connection. Idempotent. Resolves after `'close'`; never rejects. */
  close(): Promise<void> {
    return this.#peer.close();
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * The messages from now on. Ends with the connection, throws when it fails. What is not fetched yet waits in memory
   * without a limit, as with `events.on()`: a reader that cannot keep up should listen to `'message'` and drop.
   *
   * Leaving the loop leaves the connection open. When nobody else listens, messages that have arrived and were not fetched
   * are kept for the next listener or loop, and so are those that come until then, as long as there are fewer than eight.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return messagesOf(this, this.#peer);
  }

  /** For `console.log`: who and how, and what was counted; never a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { role, state, remoteAddress, remotePort, pskIdentity, cipher } = this;
    const { bytesSent, bytesReceived, datagramsSent, datagramsReceived } = this.#peer.traffic;
    const traffic = { bytesSent, bytesReceived, datagramsSent, datagramsReceived };
    const fields = { role, state, remoteAddress, remotePort, pskIdentity, cipher: cipher.name, ...traffic };
    return inspected('DtlsSocket', fields, depth, options);
  }

  get #who(): PeerIdentity {
    this.#identity ??= new PeerIdentity(this.#peer.record);
    return this.#identity;
  }
}
