import type { BindOptions as DgramBindOptions } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { type ListenOptions, TlsError } from '../index.js';
import { optionsRecord } from '../options/check.js';
import { parseSend, type SendCallback, type SendRequest } from './send-arguments.js';
import { SocketShell } from './socket-shell.js';

/** Where to bind: the options of `dgram.Socket.bind()`, and those of `DtlsServer.listen()` for a server. */
export interface BindOptions extends Pick<DgramBindOptions, 'address' | 'exclusive'>, ListenOptions {}

/** What the parameters of `bind()` mean. */
export interface BindRequest {
  readonly port: number | undefined;
  readonly address: string | undefined;
  /** Of {@link BindOptions}, those that `dgram` has not. */
  readonly more: Omit<ListenOptions, 'host' | 'port'>;
  readonly callback: (() => void) | undefined;
}

/** A record rather than a list, so that the compiler finds a name that is missing. */
const bindNames: Record<keyof BindOptions, true> = {
  address: true,
  exclusive: true,
  host: true,
  port: true,
  ipv6Only: true,
  reuseAddress: true,
  reusePort: true,
  receiveBufferSize: true,
  sendBufferSize: true,
};

/**
 * What {@link DtlsServerSocket} and {@link DtlsClientSocket} have in common: a `dgram.Socket` whose datagrams are DTLS
 * records, and whose messages are what is inside. TypeScript and `instanceof` take it for one.
 *
 * Events are those of `dgram.Socket`; the second parameter of `'message'` is a {@link DtlsRemoteInfo}. There is no multicast
 * and no broadcast in DTLS: what would join a group throws `ENOTSUP`, what would merely tune one is ignored.
 */
export abstract class DtlsDatagramSocket extends SocketShell {
  /** `'udp4'` or `'udp6'`: the family of the address where it is bound, and of the default address of `send()`. */
  abstract readonly type: 'udp4' | 'udp6';

  /**
   * Sends one message in one datagram. `callback` learns of failure or, in the turn after, that the message has left; without
   * it a failure is an `'error'` event. Throws `ERR_INVALID_OPTION` for bad parameters.
   *
   * A server sends to the peer at `address` and `port`; without an address to the sender of the message that is being
   * delivered, if that has this port, or else to this machine. Fails with `EMSGSIZE` for a message above the `innerMtu` of
   * the association. A message to one that is not there is lost, without an error.
   *
   * A client sends to the server at `address`, a host name or an IP address, and makes an association with it if there is
   * none. Fails with the errors of `connect()`, with `ENOBUFS` when too many messages wait already, with `EMSGSIZE`, with
   * `ERR_CLOSED`.
   */
  override send(
    message: string | NodeJS.ArrayBufferView | readonly unknown[],
    port?: number | SendCallback,
    address?: string | SendCallback,
    callback?: SendCallback,
  ): void;
  /** The same for a part of `message`. */
  override send(
    message: string | NodeJS.ArrayBufferView,
    offset: number,
    length: number,
    port?: number | SendCallback,
    address?: string | SendCallback,
    callback?: SendCallback,
  ): void;
  override send(...parameters: unknown[]): void {
    const request = parseSend(parameters, this.isConnected);
    this.transmit(request);
  }

  /** As `send()` with all its parameters: an old name that `node:dgram` still has. */
  sendto(
    message: string | NodeJS.ArrayBufferView,
    offset: number,
    length: number,
    port: number,
    address?: string | SendCallback,
    callback?: SendCallback,
  ): void {
    this.send(message, offset, length, port, address, callback);
  }

  /** Takes a local address; `'listening'` follows, or `'error'`. `callback` is a listener of `'listening'`. */
  abstract override bind(
    port?: number | BindOptions | (() => void),
    address?: string | (() => void),
    callback?: () => void,
  ): this;

  /** Ends all associations with close_notify; `callback` is called with `'close'`. Idempotent, unlike that of `node:dgram`. */
  abstract override close(callback?: () => void): this;

  /** Where it is bound. */
  abstract override address(): AddressInfo;

  /** The socket keeps the process alive: the default. */
  abstract override ref(): this;

  /** The process may end though the socket is open. */
  abstract override unref(): this;

  /** The same as `close()`, for `await using`; resolves after `'close'`. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.close(resolve));
  }

  /** Of a client: makes one server the only one. */
  override connect(_port: number, _address?: string | (() => void), _callback?: () => void): void {
    throw notSupported('connect', 'a server waits for its clients');
  }

  /** Of a client: takes `connect()` back. */
  override disconnect(): void {
    throw notSupported('disconnect', 'a server waits for its clients');
  }

  /** Of a client: where `connect()` leads. */
  override remoteAddress(): AddressInfo {
    throw notSupported('remoteAddress', 'a server has many peers, the second parameter of a message tells which');
  }

  /** Bytes of messages that wait for a handshake. */
  override getSendQueueSize(): number {
    return 0;
  }

  /** Number of messages that wait for a handshake. */
  override getSendQueueCount(): number {
    return 0;
  }

  /** Ignored: nothing is ever broadcast. */
  override setBroadcast(_flag: boolean): void {}

  /** Ignored: nothing is ever sent to a group. */
  override setMulticastLoopback(flag: boolean): boolean {
    return flag;
  }

  /** Ignored: nothing is ever sent to a group. */
  override setMulticastTTL(ttl: number): number {
    return ttl;
  }

  /** Ignored: nothing is ever sent to a group. */
  override setMulticastInterface(_multicastInterface: string): void {}

  /** Throws `ENOTSUP`. */
  override setTTL(_ttl: number): number {
    throw notSupported('setTTL', 'the system decides how far datagrams go');
  }

  /** Throws `ENOTSUP`. */
  override addMembership(_multicastAddress: string, _multicastInterface?: string): void {
    throw noMulticast('addMembership');
  }

  /** Throws `ENOTSUP`. */
  override dropMembership(_multicastAddress: string, _multicastInterface?: string): void {
    throw noMulticast('dropMembership');
  }

  /** Throws `ENOTSUP`. */
  override addSourceSpecificMembership(_source: string, _group: string, _multicastInterface?: string): void {
    throw noMulticast('addSourceSpecificMembership');
  }

  /** Throws `ENOTSUP`. */
  override dropSourceSpecificMembership(_source: string, _group: string, _multicastInterface?: string): void {
    throw noMulticast('dropSourceSpecificMembership');
  }

  /** Throws `ENOTSUP`. */
  override getRecvBufferSize(): number {
    throw notSupported('getRecvBufferSize', bufferAdvice);
  }

  /** Throws `ENOTSUP`. */
  override getSendBufferSize(): number {
    throw notSupported('getSendBufferSize', bufferAdvice);
  }

  /** Throws `ENOTSUP`. */
  override setRecvBufferSize(_size: number): void {
    throw notSupported('setRecvBufferSize', bufferAdvice);
  }

  /** Throws `ENOTSUP`. */
  override setSendBufferSize(_size: number): void {
    throw notSupported('setSendBufferSize', bufferAdvice);
  }

  /** By `connect()`. @internal */
  protected get isConnected(): boolean {
    return false;
  }

  /** @internal */
  protected abstract transmit(request: SendRequest): void;

  /** In the dgram way: to the callback, or as an event. In a later turn, as there. @internal */
  protected settle(callback: SendCallback | undefined, error: Error | undefined, bytes: number): void {
    if (callback !== undefined) process.nextTick(callback, error ?? null, error === undefined ? bytes : 0);
    else if (error !== undefined) process.nextTick(() => this.emit('error', error));
  }
}

const bufferAdvice = 'the buffers of a server are options of bind(): receiveBufferSize, sendBufferSize';

export function parseBind(parameters: readonly unknown[]): BindRequest {
  const callback = parameters.find((it) => typeof it === 'function') as (() => void) | undefined;
  const [first, second] = parameters.filter((it) => typeof it !== 'function');
  if (typeof first !== 'object' || first === null) {
    return { port: (first ?? undefined) as number | undefined, address: named(second), more: {}, callback };
  }
  if ('fd' in first && first.fd !== undefined) throw notSupported('bind', 'a descriptor cannot be taken over');
  const { port, address, host, exclusive: _, ...more } = optionsRecord(first, 'bind', Object.keys(bindNames));
  return { port: port as number | undefined, address: named(address ?? host), more, callback };
}

/** Any type here: what binds checks it. */
function named(address: unknown): string | undefined {
  return (address || undefined) as string | undefined;
}

export function notSupported(method: string, why: string): TlsError {
  return new TlsError('ENOTSUP', `${method}: ${why}`);
}

function noMulticast(method: string): TlsError {
  return notSupported(method, 'DTLS has no multicast, a handshake is between two');
}
