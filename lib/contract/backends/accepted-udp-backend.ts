import type { Associations } from '../channel/associations.js';
import type { DatagramChannel } from '../channel/datagram-channel.js';
import { serverMtu } from '../config/library-context.js';
import { ContractError } from '../errors/contract-error.js';
import { type AddressFamily, familyOf, SocketState } from '../socket-state.js';
import { interfaceWith } from './interface-name.js';
import type { NetBackend } from './net-backend.js';

/** One client of a bound UDP socket, which it shares with that and with its other clients. */
export class AcceptedUdpBackend implements NetBackend {
  readonly type = 'datagram';
  readonly #associations: Associations;
  readonly #channel: DatagramChannel;
  readonly #forcedMtu: number;
  readonly #traffic = new BigUint64Array(4);
  #state: SocketState = SocketState.accepted;

  constructor(associations: Associations, channel: DatagramChannel, forcedMtu: number) {
    this.#associations = associations;
    this.#channel = channel;
    this.#forcedMtu = forcedMtu;
  }

  get state(): SocketState {
    return this.#state;
  }

  send(): Promise<void> {
    return Promise.reject(new ContractError('ENOTSUP', 'send: this UDP socket only carries DTLS'));
  }

  receive(): Promise<null> {
    return Promise.reject(new ContractError('ENOTSUP', 'receive: this UDP socket only carries DTLS'));
  }

  /** Only for this client: the socket is not ours alone. */
  shutdown(): void {
    this.#state = SocketState.shutdown;
  }

  async close(): Promise<void> {
    this.#state = SocketState.closed;
    await this.#associations.closedIfUnused();
  }

  get systemSocket(): number | undefined {
    const { native, number, closing } = this.#associations.endpoint;
    const descriptor = closing ? -1 : native.endpointFd(number);
    return this.#state !== SocketState.closed && descriptor >= 0 ? descriptor : undefined;
  }

  get interfaceName(): string | undefined {
    return this.localHost === undefined ? undefined : interfaceWith(this.localHost);
  }

  get remoteHost(): string | undefined {
    return this.#state === SocketState.closed ? undefined : this.#channel.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#state === SocketState.closed ? undefined : this.#channel.remotePort;
  }

  get localHost(): string | undefined {
    return this.#state === SocketState.closed ? undefined : this.#associations.endpoint.localAddress.address;
  }

  get localPort(): number | undefined {
    return this.#state === SocketState.closed ? undefined : this.#associations.endpoint.localAddress.port;
  }

  get addressFamily(): AddressFamily | undefined {
    return this.remoteHost === undefined ? undefined : familyOf(this.remoteHost);
  }

  get mtu(): number | undefined {
    return this.#forcedMtu > 0 ? this.#forcedMtu : undefined;
  }

  /** No more than the handshake was told: the path to the client is not known. */
  get innerMtu(): number | undefined {
    return this.#state === SocketState.closed ? undefined : serverMtu(this.#forcedMtu);
  }

  get bytesSent(): number {
    return this.#readTraffic(0);
  }

  get bytesReceived(): number {
    return this.#readTraffic(1);
  }

  /** The last known numbers once the association is gone. */
  #readTraffic(position: number): number {
    const { native, number, closing } = this.#associations.endpoint;
    if (!closing) native.peerTraffic(number, this.#channel.peer, this.#traffic);
    return Number(this.#traffic[position]);
  }
}
