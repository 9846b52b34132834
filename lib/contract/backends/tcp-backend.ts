import type { Socket } from 'node:net';
import { native } from '../../binding.js';
import type { BackendSettings } from '../config/backend-configuration.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { AddressFamily, familyOf, SocketState } from '../socket-state.js';
import { DuplexPort } from './duplex-port.js';
import { interfaceWith } from './interface-name.js';
import type { NetBackend } from './net-backend.js';
import { resolveAddresses } from './resolve.js';
import { connectTcp, openTcp, type TcpAttempt } from './tcp-connect.js';
import { TcpListener } from './tcp-listener.js';

const BACKLOG = 1_024;

/** Address and port of both ends, kept for as long as the socket is open though it may have been shut down. */
interface Names {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote:
    | { readonly address: string; readonly port: number; readonly hostname: string | undefined }
    | undefined;
}

/** A TCP socket. */
export class TcpBackend implements NetBackend {
  readonly type = 'stream';
  preferredAddressFamily: AddressFamily;
  forcedAddressFamily: AddressFamily;
  readonly #settings: BackendSettings;
  #state: SocketState = SocketState.closed;
  #listener: TcpListener | undefined;
  #port: DuplexPort | undefined;
  #names: Names | undefined;
  /** TLS has the socket, and closes it in its own way. */
  #taken = false;
  #attempt: TcpAttempt | undefined;
  /** Of the sockets before the one that is open. */
  #earlierTraffic = { sent: 0, received: 0 };
  /** Grows with every `close`: what was begun before has nothing to say afterwards. */
  #generation = 0;

  constructor(settings: BackendSettings) {
    this.#settings = settings;
    this.preferredAddressFamily = settings.preferredFamily;
    this.forcedAddressFamily = settings.addressFamily;
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Tries the addresses of the host one after the other, ten seconds each. */
  async connect(host: string, port: number): Promise<void> {
    if (this.#state !== SocketState.closed) throw alreadyOpen('connect');
    const generation = this.#generation;
    const { preferredEndpoint: endpoint } = this.#settings;
    const preferences = { forced: this.forcedAddressFamily, preferred: this.preferredAddressFamily, endpoint };
    let failure: ContractError | undefined;
    for (const address of await resolveAddresses(host, port, preferences)) {
      this.#checkGeneration(generation);
      try {
        this.#attempt = connectTcp(this.#settings, address, port);
        const socket = await this.#attempt.socket;
        this.#open(socket, SocketState.connected, host);
        if (endpoint !== undefined) Object.assign(endpoint, { address, port });
        return;
      } catch (error) {
        failure ??= toContractError(`connect to ${host} port ${port}`, error);
      } finally {
        this.#attempt = undefined;
      }
    }
    this.#checkGeneration(generation);
    throw failure;
  }

  /** Binds and listens. */
  async bind(address: string | null, port: number): Promise<void> {
    if (this.#state !== SocketState.closed) throw alreadyOpen('bind');
    const generation = this.#generation;
    const { forcedAddressFamily: forced, preferredAddressFamily: preferred } = this;
    let fd: number;
    if (address === null || address === '') {
      fd = this.#openAnywhere(port);
    } else {
      const [first] = await resolveAddresses(address, port, { forced, preferred, endpoint: undefined });
      this.#checkGeneration(generation);
      fd = openTcp(this.#settings, first as string, port, BACKLOG);
    }
    this.#listener = new TcpListener(fd);
    this.#names = { local: native.tcpAddress(fd), remote: undefined };
    this.#state = SocketState.bound;
  }

  /** The next client, with no TLS yet. */
  async accept(timeout: number): Promise<TcpBackend> {
    if (this.#listener === undefined) throw notOpen('accept');
    const socket = await this.#listener.accept(timeout);
    const client = new TcpBackend(this.#settings);
    client.#open(socket, SocketState.accepted, undefined);
    return client;
  }

  /** For TLS, which reads, writes and closes it from now on; undefined when it is not open. */
  takeTransport(): Socket | undefined {
    this.#taken = this.#port !== undefined;
    return this.#socket;
  }

  send(data: Uint8Array): Promise<void> {
    if (this.#port === undefined || this.#state === SocketState.shutdown) return Promise.reject(notOpen('send'));
    return this.#port.send(data);
  }

  receive(): Promise<Uint8Array | null> {
    return this.#port === undefined ? Promise.reject(notOpen('receive')) : this.#port.receive();
  }

  /** A peer that has gone already makes no difference. */
  shutdown(): void {
    if (this.#state === SocketState.closed) throw notOpen('shutdown');
    const fd = this.systemSocket;
    this.#state = SocketState.shutdown;
    if (fd !== undefined) native.shutdownTcp(fd);
  }

  async close(): Promise<void> {
    const port = this.#port;
    const listener = this.#listener;
    this.#earlierTraffic = { sent: this.bytesSent, received: this.bytesReceived };
    this.#generation += 1;
    this.#state = SocketState.closed;
    this.#port = undefined;
    this.#listener = undefined;
    this.#names = undefined;
    this.#attempt?.cancel(new ContractError('ECONNABORTED', 'connect: the socket was closed'));
    if (!this.#taken) port?.stream.destroy();
    this.#taken = false;
    await listener?.close();
  }

  get systemSocket(): number | undefined {
    const handle = (this.#socket as { _handle?: { fd?: number } | null } | undefined)?._handle;
    const descriptor = this.#listener?.fd ?? handle?.fd ?? -1;
    return descriptor >= 0 ? descriptor : undefined;
  }

  get interfaceName(): string | undefined {
    if (this.#names === undefined) return undefined;
    return this.#settings.interfaceName || interfaceWith(this.#names.local.address);
  }

  get remoteHost(): string | undefined {
    return this.#names?.remote?.address;
  }

  get remoteHostname(): string | undefined {
    return this.#names?.remote?.hostname;
  }

  get remotePort(): number | undefined {
    return this.#names?.remote?.port;
  }

  get localHost(): string | undefined {
    return this.#names?.local.address;
  }

  get localPort(): number | undefined {
    return this.#names?.local.port;
  }

  get addressFamily(): AddressFamily {
    return this.#names === undefined ? AddressFamily.unspecified : familyOf(this.#names.local.address);
  }

  /** The system is not asked: a stream has no packets. */
  get mtu(): number | undefined {
    return this.#settings.forcedMtu > 0 ? this.#settings.forcedMtu : undefined;
  }

  get bytesSent(): number {
    return this.#earlierTraffic.sent + (this.#socket?.bytesWritten ?? 0);
  }

  get bytesReceived(): number {
    return this.#earlierTraffic.received + (this.#socket?.bytesRead ?? 0);
  }

  get #socket(): Socket | undefined {
    return this.#port?.stream as Socket | undefined;
  }

  #open(socket: Socket, state: SocketState, hostname: string | undefined): void {
    this.#port = new DuplexPort(socket);
    this.#state = state;
    this.#names = {
      local: { address: unmapped(socket.localAddress), port: socket.localPort ?? 0 },
      remote: { address: unmapped(socket.remoteAddress), port: socket.remotePort ?? 0, hostname },
    };
  }

  /** Every address of both families where the system has them, or of the one that is asked for. */
  #openAnywhere(port: number): number {
    const { forcedAddressFamily: forced } = this;
    if (forced === AddressFamily.inet4) return openTcp(this.#settings, '0.0.0.0', port, BACKLOG);
    try {
      return openTcp(this.#settings, '::', port, BACKLOG);
    } catch (error) {
      const { code } = error as ContractError;
      const noIpv6 = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
      if (!noIpv6 || forced === AddressFamily.inet6) throw error;
      return openTcp(this.#settings, '0.0.0.0', port, BACKLOG);
    }
  }

  #checkGeneration(generation: number): void {
    if (generation !== this.#generation) throw new ContractError('ECONNABORTED', 'the socket was closed meanwhile');
  }
}

function unmapped(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function alreadyOpen(what: string): ContractError {
  return new ContractError('EISCONN', `${what}: the TCP socket is open already; close it first`);
}

function notOpen(what: string): ContractError {
  return new ContractError('EBADF', `${what}: the TCP socket is not open`);
}
