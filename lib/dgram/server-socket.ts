import type { AddressInfo } from 'node:net';
import { canonicalAddress } from '../canonical-address.js';
import { DtlsServer, type DtlsServerOptions, type DtlsSocket, TlsError } from '../index.js';
import { type BindOptions, DtlsDatagramSocket, parseBind } from './datagram-socket.js';
import { type Remote, remoteOf } from './remote-info.js';
import type { SendRequest } from './send-arguments.js';

/**
 * A `DtlsServer` as a `dgram.Socket`, for `coap.createServer().listen(socket)`. Each message of an established peer is a
 * `'message'`; `send()` with its address and port reaches it.
 *
 * Peers come and go: a message to one that has left is lost, as any datagram to nobody, and counted in `unreachable`.
 * Neither its goodbye nor its mistakes are an `'error'`: a peer must not crash a server. `server` tells of them.
 *
 * @example
 * const socket = createServerSocket({ psk: { device: key } });
 * socket.bind(5684);
 * coap.createServer((request, response) => response.end('hello')).listen(socket);
 */
export class DtlsServerSocket extends DtlsDatagramSocket {
  /** The server below: its `'connection'` and `'clientError'` events, its counters, its identities. */
  readonly server: DtlsServer;
  readonly #remotes = new Map<string, Remote>();
  /** Whom the message is from that is being delivered. */
  #delivering: Remote | undefined;
  #associations = 0;
  #unreachable = 0;
  #bound = false;
  #closing = false;
  #closed = false;

  /** By {@link createServerSocket}. @internal */
  constructor(server: DtlsServer) {
    super();
    this.server = server;
    this.#bound = isListening(server);
    for (const socket of server.sockets()) this.#add(socket);
    server.on('connection', (socket) => this.#add(socket));
    server.on('message', (message, socket) => this.#deliver(message, socket));
    server.on('listening', () => this.emit('listening'));
    server.on('error', (error) => this.emit('error', error));
    server.on('close', () => {
      this.#closing = true;
      this.#closed = true;
      this.emit('close');
    });
  }

  get type(): 'udp4' | 'udp6' {
    return isListening(this.server) && this.server.address().family === 'IPv4' ? 'udp4' : 'udp6';
  }

  /** How many messages were for nobody. */
  get unreachable(): number {
    return this.#unreachable;
  }

  override bind(
    port?: number | BindOptions | (() => void),
    address?: string | (() => void),
    callback?: () => void,
  ): this {
    const request = parseBind([port, address, callback]);
    if (this.#closing) throw new TlsError('ERR_CLOSED', 'bind: the socket is closed');
    if (this.#bound) throw new TlsError('ERR_ALREADY_LISTENING', 'bind: the socket is bound already');
    this.#bound = true;
    if (request.callback !== undefined) this.once('listening', request.callback);
    this.server.listen({ ...request.more, host: request.address, port: request.port ?? 0 }).catch((error) => {
      this.#bound = false;
      if (request.callback !== undefined) this.off('listening', request.callback);
      if (!isClosed(error)) process.nextTick(() => this.emit('error', error));
    });
    return this;
  }

  /** Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`. */
  override address(): AddressInfo {
    return this.server.address();
  }

  /** Ends all associations with close_notify, and the server. Idempotent. */
  override close(callback?: () => void): this {
    if (callback !== undefined) {
      if (this.#closed) process.nextTick(callback);
      else this.once('close', callback);
    }
    this.#closing = true;
    void this.server.close();
    return this;
  }

  override ref(): this {
    this.server.ref();
    return this;
  }

  override unref(): this {
    this.server.unref();
    return this;
  }

  /** @internal */
  protected override transmit({ message, port, address, callback }: SendRequest): void {
    this.settle(callback, this.#send(message, port, address), message.length);
  }

  #send(message: Uint8Array, port: number | undefined, address: string | undefined): Error | undefined {
    const remote = this.#find(port, address);
    if (remote === undefined || remote.socket.state === 'closed') {
      this.#unreachable += 1;
      return undefined;
    }
    try {
      remote.socket.send(message);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  #find(port: number | undefined, address: string | undefined): Remote | undefined {
    if (address !== undefined) return this.#remotes.get(`${canonicalAddress(address)} ${port}`);
    // node-coap leaves the address out of its error responses.
    if (this.#delivering?.port === port) return this.#delivering;
    return this.#remotes.get(`127.0.0.1 ${port}`) ?? this.#remotes.get(`::1 ${port}`);
  }

  #add(socket: DtlsSocket): void {
    this.#associations += 1;
    const key = keyOf(socket);
    const remote = remoteOf(socket, this.#associations);
    this.#remotes.set(key, remote);
    socket.on('close', () => {
      // One that has started again is there already.
      if (this.#remotes.get(key) === remote) this.#remotes.delete(key);
    });
  }

  #deliver(message: Buffer, socket: DtlsSocket): void {
    const remote = this.#remotes.get(keyOf(socket));
    if (remote?.socket !== socket) return;
    this.#delivering = remote;
    try {
      this.emit('message', message, { ...remote, size: message.length });
    } finally {
      this.#delivering = undefined;
    }
  }
}

/**
 * A DTLS server as a `dgram.Socket`. The options are those of `DtlsServer`, except that `copyMessages` is true by default:
 * who uses `node:dgram` owns what it gets. A `DtlsServer` may be given instead, bound or not; it belongs to the socket then.
 * Throws as the constructor of `DtlsServer`.
 */
export function createServerSocket(options: DtlsServerOptions | DtlsServer): DtlsServerSocket {
  const server = options instanceof DtlsServer ? options : new DtlsServer({ copyMessages: true, ...options });
  return new DtlsServerSocket(server);
}

function keyOf({ remoteAddress, remotePort }: DtlsSocket): string {
  return `${canonicalAddress(remoteAddress)} ${remotePort}`;
}

function isListening(server: DtlsServer): boolean {
  try {
    server.address();
    return true;
  } catch {
    return false;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof TlsError && error.code === 'ERR_CLOSED';
}
