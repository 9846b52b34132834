import type { AddressInfo } from 'node:net';
import { canonicalAddress } from '../canonical-address.js';
import { type ConnectOptions, TlsError } from '../index.js';
import { integer } from '../options/check.js';
import { Association, type AssociationOwner } from './association.js';
import {
  type ClientSocketOptions,
  type ClientSocketSettings,
  parseClientSocketOptions,
} from './client-socket-options.js';
import { type BindOptions, DtlsDatagramSocket, notSupported, parseBind } from './datagram-socket.js';
import type { Remote } from './remote-info.js';
import type { SendRequest } from './send-arguments.js';

/** Sessions that are kept for servers without an association. */
const MAX_SESSIONS = 1_000;

const PORTS = { min: 1, max: 65_535 };

interface Target {
  readonly host: string;
  readonly port: number;
  /** `'connect'` has not been emitted yet. */
  connecting: boolean;
}

/**
 * DTLS clients as one `dgram.Socket`, for `new coap.Agent({ socket })`. The first message to a server makes an association
 * with it, and waits for the handshake; further ones use it until it ends, and the next makes another.
 *
 * Each association has a UDP socket of its own. A handshake that fails fails the messages that waited for it, with the error
 * of `connect()`; the end of an association later is not an `'error'`, it is noticed by who waits for an answer.
 *
 * @example
 * const socket = createClientSocket({ psk: { identity: 'device', key } });
 * const agent = new coap.Agent({ socket });
 * coap.request({ agent, hostname: '127.0.0.1', port: 5684, pathname: '/hello' }).end();
 */
export class DtlsClientSocket extends DtlsDatagramSocket {
  readonly type: 'udp4' | 'udp6';
  readonly #settings: ClientSocketSettings;
  /** By what was asked for: a name may stand for the same server as an address, and for another certificate. */
  readonly #associations = new Map<string, Association>();
  /** The established ones by their numeric address, which is where answers go. */
  readonly #established = new Map<string, Association>();
  readonly #sessions = new Map<string, Buffer>();
  readonly #owner: AssociationOwner = {
    connected: (association, remote) => this.#connected(association, remote),
    message: (remote, message) => this.#message(remote, message),
    ended: (association, error) => this.#ended(association, error),
    settle: (callback, error, bytes) => this.settle(callback, error, bytes),
  };
  #count = 0;
  #local: Pick<ConnectOptions, 'localAddress' | 'localPort'> = {};
  #bound = false;
  #announced = false;
  /** Of `connect()`. */
  #target: Target | undefined;
  /** The association that was established, or has said something, last. */
  #latest: Remote | undefined;
  #keepAlive = true;
  #closing = false;
  #closed = false;

  /** By {@link createClientSocket}. @internal */
  constructor(settings: ClientSocketSettings) {
    super();
    this.#settings = settings;
    this.type = settings.type;
  }

  /** Local address and port of all associations from now on; a port other than 0 leaves room for one. */
  override bind(
    port?: number | BindOptions | (() => void),
    address?: string | (() => void),
    callback?: () => void,
  ): this {
    const request = parseBind([port, address, callback]);
    const [unknown] = Object.keys(request.more);
    if (unknown !== undefined) throw notSupported('bind', `${unknown} is for servers`);
    if (this.#closing) throw closed('bind');
    if (this.#bound) throw new TlsError('ERR_ALREADY_LISTENING', 'bind: the socket is bound already');
    this.#bound = true;
    this.#local = { localPort: request.port, localAddress: request.address };
    if (request.callback !== undefined) this.once('listening', request.callback);
    this.#announce();
    return this;
  }

  /**
   * Makes one server the only one, and an association with it: `send()` takes no address from now on. `'connect'` follows, or
   * `'error'`. Throws `ERR_ALREADY_CONNECTED`, `ERR_CLOSED`, `ERR_INVALID_OPTION`.
   */
  override connect(port: number, address?: string | (() => void), callback?: () => void): void {
    if (this.#target !== undefined) throw alreadyConnected('connect', 'the socket is connected');
    if (this.#closing) throw closed('connect');
    const host = typeof address === 'string' && address !== '' ? address : this.#loopback;
    const listener = typeof address === 'function' ? address : callback;
    const target: Target = { host, port: integer(port, 'port', PORTS), connecting: true };
    const association = this.#associationWith(host, target.port);
    this.#target = target;
    if (listener !== undefined) this.once('connect', listener);
    if (association.remote !== undefined) process.nextTick(() => this.#reach(target));
  }

  /** `send()` takes an address again. The association stays. Throws `ENOTCONN`. */
  override disconnect(): void {
    if (this.#target === undefined) throw notConnected('disconnect');
    this.#target = undefined;
  }

  /** The server of `connect()`. Throws `ENOTCONN`, also when its association is not established. */
  override remoteAddress(): AddressInfo {
    const remote = this.#target && this.#find(this.#target.host, this.#target.port)?.remote;
    if (remote === undefined) throw notConnected('remoteAddress');
    return { address: remote.address, family: remote.family, port: remote.port };
  }

  /**
   * Local address of the association whose message is being delivered, or of the one that was heard of last. Throws
   * `ENOTCONN` before there was one.
   */
  override address(): AddressInfo {
    if (this.#latest === undefined) throw notConnected('address');
    const { localAddress: address, localPort: port, remoteFamily: family } = this.#latest.socket;
    return { address, family, port };
  }

  /** Ends all associations with close_notify. Messages that wait fail with `ERR_CLOSED`. Idempotent. */
  override close(callback?: () => void): this {
    if (callback !== undefined) {
      if (this.#closed) process.nextTick(callback);
      else this.once('close', callback);
    }
    if (!this.#closing) void this.#close();
    return this;
  }

  override ref(): this {
    return this.#setKeepAlive(true);
  }

  /** The process may end though associations are there; a handshake holds it until it is over. */
  override unref(): this {
    return this.#setKeepAlive(false);
  }

  override getSendQueueSize(): number {
    return [...this.#associations.values()].reduce((sum, { queued }) => sum + queued.bytes, 0);
  }

  override getSendQueueCount(): number {
    return [...this.#associations.values()].reduce((sum, { queued }) => sum + queued.count, 0);
  }

  /** @internal */
  protected override get isConnected(): boolean {
    return this.#target !== undefined;
  }

  /** @internal */
  protected override transmit({ message, port, address, callback }: SendRequest): void {
    const target = this.#targetOf(port, address);
    if (this.#closing) this.settle(callback, closed('send'), 0);
    else this.#associationWith(target.host, target.port).send(message, callback);
  }

  get #loopback(): string {
    return this.type === 'udp4' ? '127.0.0.1' : '::1';
  }

  #targetOf(port: number | undefined, address: string | undefined): { host: string; port: number } {
    if (this.#target === undefined) return { host: address ?? this.#loopback, port: integer(port, 'port', PORTS) };
    if (port === undefined && address === undefined) return this.#target;
    throw alreadyConnected('send', 'the socket is connected, leave out port and address');
  }

  #find(host: string, port: number): Association | undefined {
    const key = keyOf(host, port);
    return this.#associations.get(key) ?? this.#established.get(key);
  }

  #associationWith(host: string, port: number): Association {
    const known = this.#find(host, port);
    if (known !== undefined) return known;
    const { connection, maxQueued } = this.#settings;
    const session = this.#sessions.get(keyOf(host, port));
    const options = { ...connection, ...this.#local, host, port, ...(session && { session }) };
    this.#count += 1;
    const association = new Association(this.#owner, this.#count, options, maxQueued);
    this.#associations.set(keyOf(host, port), association);
    return association;
  }

  #connected(association: Association, remote: Remote): void {
    const { host, port } = association;
    this.#established.set(keyOf(remote.address, remote.port), association);
    this.#latest = remote;
    if (!this.#keepAlive) remote.socket.unref();
    if (this.#settings.keepSessions) {
      remote.socket.on('session', (session) => this.#keepSession(keyOf(host, port), session));
    }
    this.#announce();
    if (this.#target?.host === host && this.#target.port === port) this.#reach(this.#target);
  }

  #reach(target: Target): void {
    if (target !== this.#target || !target.connecting) return;
    target.connecting = false;
    this.emit('connect');
  }

  #message(remote: Remote, message: Buffer): void {
    this.#latest = remote;
    this.emit('message', message, { ...remote, size: message.length });
  }

  #ended(association: Association, error: Error | undefined): void {
    forget(this.#associations, association);
    forget(this.#established, association);
    const target = this.#target;
    if (target?.connecting !== true || target.host !== association.host || target.port !== association.port) return;
    this.#target = undefined;
    if (error !== undefined && !this.#closing) process.nextTick(() => this.emit('error', error));
  }

  #keepSession(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    process.nextTick(() => this.emit('listening'));
  }

  #setKeepAlive(keepAlive: boolean): this {
    this.#keepAlive = keepAlive;
    for (const { remote } of this.#associations.values()) {
      if (keepAlive) remote?.socket.ref();
      else remote?.socket.unref();
    }
    return this;
  }

  async #close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#associations.values()].map((association) => association.close()));
    this.#sessions.clear();
    process.nextTick(() => {
      this.#closed = true;
      this.emit('close');
    });
  }
}

/**
 * DTLS clients as a `dgram.Socket`; nothing is opened before the first `send()`. The options are those of `connect()` without
 * the server, and `copyMessages` is true by default: who uses `node:dgram` owns what it gets. A function as `psk` is asked for
 * each server. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`; what concerns the handshake is checked with the first.
 */
export function createClientSocket(options: ClientSocketOptions): DtlsClientSocket {
  return new DtlsClientSocket(parseClientSocketOptions(options));
}

function forget(associations: Map<string, Association>, association: Association): void {
  for (const [key, candidate] of associations) if (candidate === association) associations.delete(key);
}

function keyOf(host: string, port: number): string {
  return `${canonicalAddress(host)} ${port}`;
}

function alreadyConnected(method: string, why: string): TlsError {
  return new TlsError('ERR_ALREADY_CONNECTED', `${method}: ${why}`);
}

function notConnected(method: string): TlsError {
  return new TlsError('ENOTCONN', `${method}: there is no association`);
}

function closed(method: string): TlsError {
  return new TlsError('ERR_CLOSED', `${method}: the socket is closed`);
}
