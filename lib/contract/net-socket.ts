import { type InspectOptions, inspect } from 'node:util';
import { parseHost, parsePort } from '../options/address.js';
import { integer, invalidOption } from '../options/check.js';
import { inspected } from '../socket/inspection.js';
import type { NetBackend } from './backends/net-backend.js';
import { getOption, setOption } from './core/option-table.js';
import type { SocketCore } from './core/socket-core.js';
import { ContractError } from './errors/contract-error.js';
import { inContractTerms } from './errors/convert.js';
import { netSocketOf, setNetSocketFactory } from './net-socket-factory.js';
import type { SettableOptionValues, SocketOptionValues } from './socket-option.js';
import { SocketState, stateName } from './socket-state.js';

/** The largest record of TLS. */
const LARGEST_MESSAGE = 16_384;

/**
 * A socket as the custom (D)TLS layer of a C program has it: `avs_net_socket_t` with the operations of its table. Made
 * by {@link createDtlsSocket} and {@link createSslSocket}, never by `new`.
 *
 * What blocks there returns a promise here. Every operation may be called in every state; what does not fit rejects with
 * a {@link ContractError}. Of the operations that open the socket (`connect`, `bind`, `decorate`, being accepted) one is
 * under way at a time, another rejects with `EISCONN`. Calls of `receive` are served in their order, each with its own
 * deadline. `close` ends all that wait with `ECONNABORTED`; what is called later gets `EBADF`.
 */
export class NetSocket {
  readonly #core: SocketCore;

  static {
    setNetSocketFactory(
      (core) => new NetSocket(core),
      (socket) => (#core in (socket as object) ? (socket as NetSocket).#core : undefined),
    );
  }

  private constructor(core: SocketCore) {
    this.#core = core;
  }

  /**
   * Resolves a name, connects the backend, and makes a client's handshake. From closed, and for DTLS from bound; otherwise
   * `EISCONN`. Rejects with the error of the backend (`EADDRNOTAVAIL` for a name, `ECONNREFUSED`, ...), `ETIMEDOUT`,
   * `ERR_ALERT_RECEIVED`, `ERR_CERTIFICATE_VERIFY`, `ERR_TLS_LIBRARY`, `EPROTO`; after a failed handshake the socket is
   * closed. A TLS handshake has as long as `SocketOption.recvTimeout` says (30 s when that is 0 or less), one of DTLS as
   * its handshake timeouts. `avs_net_socket_connect`.
   */
  async connect(host: string, port: number): Promise<void> {
    const remote = inContractTerms('connect', () => ({
      host: parseHost(host, 'host'),
      port: parsePort(port, 'port', 1),
    }));
    return this.#core.connect(remote.host, remote.port);
  }

  /**
   * Takes over an unencrypted socket, and cleans up the one that it had. Over a connected backend a client's handshake
   * begins at once, over an accepted one a server's; otherwise `connect` will begin it. Rejects with `EISCONN` when there
   * is a connection, with `EINVAL` for a stream under DTLS and the reverse, and as `connect` does: the backend stays its
   * owner's then, and is not closed. `avs_net_socket_decorate`.
   */
  async decorate(backend: NetBackend): Promise<void> {
    inContractTerms('decorate', () => checkBackend(backend));
    return this.#core.decorate(backend);
  }

  /**
   * Sends all of it, or rejects: as one datagram, or when the stream has taken it; do not change the bytes before. A
   * string is sent as UTF-8; nothing is sent of an empty one. `EMSGSIZE` above `SocketOption.innerMtu`, with nothing sent;
   * `EPIPE` after the peer's goodbye; `EBADF`. `avs_net_socket_send`.
   */
  async send(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new ContractError('EINVAL', 'send: expected a Uint8Array or a string');
    const channel = this.#core.readyChannel;
    if (channel === undefined) throw this.#notConnected('send');
    if (bytes.length > 0) await channel.send(bytes);
  }

  /** `ENOTSUP`: a (D)TLS socket has one peer. `avs_net_socket_send_to`. */
  async sendTo(_data: Uint8Array | string, _host: string, _port: number): Promise<never> {
    throw new ContractError('ENOTSUP', 'sendTo: a (D)TLS socket has one peer; use send()');
  }

  /**
   * Waits for a message, or for bytes of the stream, and resolves with how many are in the buffer; 0 is the end. At most
   * `SocketOption.recvTimeout`, then `ETIMEDOUT`. `EMSGSIZE` when a message is longer than the buffer, which is full then
   * (`error.received`); the rest of it is lost. Also `ERR_ALERT_RECEIVED`, `ECONNRESET`, `EBADF`.
   * `avs_net_socket_receive`.
   */
  async receive(buffer: Uint8Array): Promise<number> {
    if (!(buffer instanceof Uint8Array)) throw new ContractError('EINVAL', 'receive: expected a Uint8Array to fill');
    const channel = this.#receivingChannel();
    if (channel === undefined) throw this.#notConnected('receive');
    return channel.receive(buffer, this.#core.recvTimeout);
  }

  /** As `receive`, into a buffer of its own of `maxLength` bytes, at least 1, default 16384; empty at the end. `EINVAL`. */
  async receiveMessage(maxLength: number = LARGEST_MESSAGE): Promise<Buffer> {
    inContractTerms('receiveMessage', () => integer(maxLength, 'maxLength', { min: 1, max: 2_147_483_647 }));
    const buffer = Buffer.alloc(maxLength);
    const length = await this.receive(buffer);
    return length === maxLength ? buffer : Buffer.from(buffer.subarray(0, length));
  }

  /** `ENOTSUP`: a (D)TLS socket has one peer. `avs_net_socket_receive_from`. */
  async receiveFrom(_buffer: Uint8Array): Promise<never> {
    throw new ContractError('ENOTSUP', 'receiveFrom: a (D)TLS socket has one peer; use receive()');
  }

  /**
   * Gives the socket a local address, TLS sockets listen there. `null`: every interface; port 0: the system chooses.
   * Rejects with `EISCONN`, `EADDRINUSE`, `EADDRNOTAVAIL`, ..., and can be called again after a failure.
   * `avs_net_socket_bind`.
   */
  async bind(address: string | null, port: number): Promise<void> {
    const local = inContractTerms('bind', () => ({
      address: address === null || address === '' ? null : parseHost(address, 'address'),
      port: parsePort(port, 'port', 0),
    }));
    return this.#core.bind(local.address, local.port);
  }

  /**
   * Waits for a client of this bound socket, at most `SocketOption.recvTimeout`, and makes `client`, which must be closed,
   * its socket. Resolves when the handshake is done, with the credentials of this socket's configuration: a certificate
   * and its key, or the identity and key that the client must have. Rejects with `ENETDOWN` unless bound, `EISCONN`,
   * `EINVAL`, `ETIMEDOUT`, and with what a handshake failed with; then call it again for the next client.
   *
   * Clients that have done their handshake (DTLS) or come in (TLS) meanwhile wait for the next call. Those of a DTLS
   * socket share its UDP port, which is free again when the socket and all of them are closed. `avs_net_socket_accept`.
   */
  async accept(client: NetSocket): Promise<void> {
    const core = netSocketOf(client);
    if (core === undefined) throw new ContractError('EINVAL', 'accept: expected a NetSocket for the client');
    return this.#core.accept(core);
  }

  /**
   * Closes in any state, and says close_notify when connected. Credentials, options, session and byte counts stay, and
   * the socket may connect again. Resolves when everything is closed. `avs_net_socket_close`.
   */
  close(): Promise<void> {
    return this.#core.close();
  }

  /**
   * Ends the transport in both directions without a goodbye, so that the peer keeps the session; `close` says none
   * afterwards either. Both addresses stay readable, and so does what has been received. `EBADF` when closed.
   * `avs_net_socket_shutdown`.
   */
  shutdown(): Promise<void> {
    return this.#core.shutdown();
  }

  /** Closes for good, frees the backend, and wipes the copies of keys. Idempotent. `avs_net_socket_cleanup`. */
  cleanup(): Promise<void> {
    return this.#core.cleanup();
  }

  /** The same as `cleanup`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.cleanup();
  }

  /**
   * The descriptor; undefined where there is none. Only to look at: reading from it takes records away.
   * `avs_net_socket_get_system`.
   */
  getSystemSocket(): number | undefined {
    return this.#core.state === SocketState.closed ? undefined : this.#core.backend.systemSocket;
  }

  /** Throws `EBADF` when closed, `ENODEV` when no single interface is used. `avs_net_socket_interface_name`. */
  getInterfaceName(): string {
    return this.#name('getInterfaceName', 'ENODEV', this.#core.backend.interfaceName);
  }

  /** Numeric. Throws `EBADF` when closed, `ENOTCONN` without a peer. `avs_net_socket_get_remote_host`. */
  getRemoteHost(): string {
    return this.#name('getRemoteHost', 'ENOTCONN', this.#core.backend.remoteHost);
  }

  /** As given to `connect`. Throws `EBADF` when closed, `ENOBUFS` without one. `avs_net_socket_get_remote_hostname`. */
  getRemoteHostname(): string {
    return this.#name('getRemoteHostname', 'ENOBUFS', this.#core.backend.remoteHostname);
  }

  /** 1..65535. Throws as {@link getRemoteHost}. `avs_net_socket_get_remote_port`. */
  getRemotePort(): number {
    return this.#name('getRemotePort', 'ENOTCONN', this.#core.backend.remotePort);
  }

  /** Numeric. Throws `EBADF` when closed, `ENOTSUP` when the backend has none. `avs_net_socket_get_local_host`. */
  getLocalHost(): string {
    return this.#name('getLocalHost', 'ENOTSUP', this.#core.backend.localHost);
  }

  /** 1..65535. Throws as {@link getLocalHost}. `avs_net_socket_get_local_port`. */
  getLocalPort(): number {
    return this.#name('getLocalPort', 'ENOTSUP', this.#core.backend.localPort);
  }

  /** Throws `EINVAL` for what cannot be read; {@link SocketOptionValues} says what else. `avs_net_socket_get_opt`. */
  getOpt<K extends keyof SocketOptionValues>(key: K): SocketOptionValues[K] {
    return getOption(this.#core, key) as SocketOptionValues[K];
  }

  /**
   * Throws `EINVAL` for what cannot be set, and for bad values; {@link SettableOptionValues} says what else.
   * `avs_net_socket_set_opt`.
   */
  setOpt<K extends keyof SettableOptionValues>(key: K, value: SettableOptionValues[K]): void {
    setOption(this.#core, key, value);
  }

  /** For `console.log`: never a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { state, backend, configuration } = this.#core;
    const { localHost, localPort, remoteHost, remotePort } = backend;
    const names = state === SocketState.closed ? {} : { localHost, localPort, remoteHost, remotePort };
    const protocol = configuration.transport === 'datagram' ? 'DTLS' : 'TLS';
    return inspected('NetSocket', { protocol, state: stateName(state), ...names }, depth, options);
  }

  /** What was received before a shutdown can still be had. */
  #receivingChannel() {
    const { readyChannel, channel, state } = this.#core;
    if (readyChannel !== undefined || state !== SocketState.shutdown) return readyChannel;
    const isStream = this.#core.configuration.transport === 'stream';
    return channel !== undefined && (isStream || channel.hasBufferedData) ? channel : undefined;
  }

  #name<T>(what: string, code: string, value: T | undefined): T {
    if (this.#core.state === SocketState.closed) throw new ContractError('EBADF', `${what}: the socket is closed`);
    if (value === undefined) throw new ContractError(code, `${what}: there is none`);
    return value;
  }

  #notConnected(what: string): ContractError {
    return new ContractError('EBADF', `${what}: the socket is not connected`);
  }
}

function checkBackend(backend: unknown): void {
  const { send, receive, close, type } = (backend ?? {}) as Partial<NetBackend>;
  const methods = [send, receive, close].every((method) => typeof method === 'function');
  if (!methods || (type !== 'datagram' && type !== 'stream')) {
    throw invalidOption('backend', backend, 'a NetBackend with type, state, send(), receive() and close()');
  }
  const { state } = backend as NetBackend;
  if (!Object.values(SocketState).includes(state))
    throw invalidOption('backend.state', state, 'a member of SocketState');
}
