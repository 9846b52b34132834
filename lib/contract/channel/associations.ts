import { type ClientParameters, type NativeContext, native as nativeModule } from '../../binding.js';
import { describeErrno } from '../../errors/system-error.js';
import type { Endpoint, EndpointOwner } from '../../events/endpoint.js';
import type { ClientErrorRecord, ClosedRecord, ConnectedRecord, SessionRecord } from '../../events/records.js';
import type { Peer } from '../../socket/peer.js';
import { ContractError } from '../errors/contract-error.js';
import { failureError, statusError } from '../errors/convert.js';
import type { ChannelHooks } from './channel.js';
import { type DatagramCarrier, DatagramChannel } from './datagram-channel.js';

/** All that the delivery of messages asks of a peer. */
type DeliveredTo = Pick<Peer, 'deliver'>;

/** Who takes the clients of an endpoint. */
export interface ClientListener {
  accepted(channel: DatagramChannel): void;
  failed(error: ContractError): void;
}

/** Where the datagrams of an endpoint without a socket go. */
export type DatagramOut = (datagram: Buffer) => void;

/** The associations of one native endpoint: what its events mean. */
export class Associations implements EndpointOwner, DatagramCarrier {
  /** Resolves when the handles are closed: the port is free again. */
  readonly closed: Promise<void>;
  readonly endpoint: Endpoint;
  readonly #channels = new Map<number, DatagramChannel>();
  readonly #datagramOut: DatagramOut | undefined;
  #abandoned = false;
  #listener: ClientListener | undefined;
  #listenerHooks: ChannelHooks | undefined;
  #resolveClosed!: () => void;

  /** `open` opens the endpoint for the owner that it gets, and throws when that cannot be. */
  constructor(open: (owner: EndpointOwner) => Endpoint, datagramOut?: DatagramOut) {
    this.#datagramOut = datagramOut;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.endpoint = open(this);
  }

  /** A client's handshake with a server. */
  connect(
    remote: { address: string; port: number },
    context: NativeContext,
    parameters: ClientParameters,
    hooks: ChannelHooks,
  ): DatagramChannel {
    const { native, number } = this.endpoint;
    const peer = native.connect(number, remote.address, remote.port, context, parameters);
    if (peer < 0) throw statusError(hooks.what, -peer);
    const channel = new DatagramChannel(peer, parameters.mtu, this, hooks);
    this.#channels.set(peer, channel);
    return channel;
  }

  /** From now on clients are taken, all with the same context. */
  listen(context: NativeContext, listener: ClientListener, hooks: ChannelHooks): void {
    this.#listener = listener;
    this.#listenerHooks = hooks;
    this.endpoint.native.setServerContext(this.endpoint.number, context);
  }

  stopListening(): void {
    if (this.#listener === undefined) return;
    this.#listener = undefined;
    if (!this.endpoint.closing) this.endpoint.native.setServerContext(this.endpoint.number, null);
  }

  /**
   * The owner is done with the endpoint; clients that were accepted keep it until the last of them is gone. Resolves when
   * it is closed, or at once when there are any.
   */
  abandon(): Promise<void> {
    this.#abandoned = true;
    this.stopListening();
    if (this.#channels.size > 0) return Promise.resolve();
    this.endpoint.close();
    return this.closed;
  }

  /** Resolves when nobody uses the endpoint any more and it is closed; at once while somebody does. */
  closedIfUnused(): Promise<void> {
    return this.endpoint.closing ? this.closed : Promise.resolve();
  }

  seal(peer: number, data: Uint8Array): number {
    return this.endpoint.native.send(this.endpoint.number, peer, data);
  }

  release(peer: number, closeNotify: boolean): void {
    const { native, number, closing } = this.endpoint;
    if (!closing && closeNotify) native.closePeer(number, peer);
    else if (!closing) native.forgetPeer(number, peer);
    this.#forget(peer);
  }

  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void {
    const channel = this.#channels.get(record.peer) ?? this.#adopt(record);
    if (channel === undefined) return this.release(record.peer, true);
    endpoint.peers.set(record.peer, channel as DeliveredTo as Peer);
    channel.complete(record);
    if (this.#listener !== undefined && channel.hooks === this.#listenerHooks) this.#listener.accepted(channel);
  }

  peerClosed(_endpoint: Endpoint, { peer, failure }: ClosedRecord): void {
    const channel = this.#channels.get(peer);
    this.#forget(peer);
    channel?.endWith(failure);
  }

  /** An ICMP message, say. */
  peerError(_endpoint: Endpoint, peer: number, errno: number): void {
    const { code, text } = describeErrno(errno);
    this.#channels.get(peer)?.interrupt(new ContractError(code, `receive: ${text}`, { errno }));
  }

  clientFailed({ failure, remoteAddress, remotePort }: ClientErrorRecord): void {
    this.#listener?.failed(failureError(`accept of ${remoteAddress} port ${remotePort}`, failure));
  }

  session(_endpoint: Endpoint, { peer, session }: SessionRecord): void {
    this.#channels.get(peer)?.hooks.session(session);
    nativeModule.cleanse(session);
  }

  keylogLine(): void {
    // Contexts of contract sockets write none.
  }

  datagramOut(_endpoint: Endpoint, _address: string, _port: number, datagram: Buffer): void {
    this.#datagramOut?.(datagram);
  }

  endpointFailed(_endpoint: Endpoint, errno: number): void {
    const { code, text } = describeErrno(errno);
    const error = new ContractError(code, `the UDP socket failed: ${text}`, { errno });
    for (const channel of [...this.#channels.values()]) channel.fail(error);
    this.#listener?.failed(error);
  }

  endpointClosed(endpoint: Endpoint): void {
    endpoint.peers.clear();
    this.#channels.clear();
    this.#resolveClosed();
  }

  #adopt({ peer }: ConnectedRecord): DatagramChannel | undefined {
    if (this.#listener === undefined || this.#listenerHooks === undefined) return undefined;
    const channel = new DatagramChannel(peer, 0, this, this.#listenerHooks);
    this.#channels.set(peer, channel);
    return channel;
  }

  #forget(peer: number): void {
    this.#channels.delete(peer);
    this.endpoint.peers.delete(peer);
    if (this.#abandoned && this.#channels.size === 0) this.endpoint.close();
  }
}
