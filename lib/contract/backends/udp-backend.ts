import { EndpointFlag, type NativeContext } from '../../binding.js';
import { systemError } from '../../errors/system-error.js';
import { createCounters, readCounters } from '../../events/counters.js';
import { openEndpoint } from '../../events/reactor.js';
import { FaultInjector } from '../../faults/fault-injector.js';
import { Associations } from '../channel/associations.js';
import type { ChannelHooks } from '../channel/channel.js';
import type { DatagramChannel } from '../channel/datagram-channel.js';
import type { BackendSettings } from '../config/backend-configuration.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { AddressFamily, familyOf, SocketState } from '../socket-state.js';
import { AcceptQueue } from './accept-queue.js';
import { AcceptedUdpBackend } from './accepted-udp-backend.js';
import { interfaceWith } from './interface-name.js';
import type { NetBackend } from './net-backend.js';
import { resolveAddresses } from './resolve.js';

/** Clients, and handshakes under way, that a bound socket has at a time. */
const MOST_CLIENTS = 1_024;

const IPV4_OVERHEAD = 28;
const IPV6_OVERHEAD = 48;
/** UDP payload that always passes where the path is not known. */
const SMALLEST_IPV4_PAYLOAD = 548;
const SMALLEST_IPV6_PAYLOAD = 1_232;

/**
 * A UDP socket in native code. Its datagrams belong to DTLS and never come into JavaScript, so `send` and `receive` do
 * not exist here; for plain datagrams use `node:dgram`, and `datagramBackend` afterwards.
 */
export class UdpBackend implements NetBackend {
  readonly type = 'datagram';
  preferredAddressFamily: AddressFamily;
  forcedAddressFamily: AddressFamily;
  readonly #settings: BackendSettings;
  /** Of all sockets that this object has had, one after the other. */
  readonly #counters = createCounters();
  #state: SocketState = SocketState.closed;
  #associations: Associations | undefined;
  #remote: { address: string; port: number; hostname: string } | undefined;
  #clients: AcceptQueue<DatagramChannel> | undefined;
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

  /** UDP connects at once: the first address that the system can send to is it. */
  async connect(host: string, port: number): Promise<void> {
    if (this.#state !== SocketState.closed && this.#state !== SocketState.bound) throw alreadyOpen('connect');
    const generation = this.#generation;
    const { preferredEndpoint: endpoint } = this.#settings;
    const preferences = { forced: this.forcedAddressFamily, preferred: this.preferredAddressFamily, endpoint };
    let failure: ContractError | undefined;
    for (const address of await resolveAddresses(host, port, preferences)) {
      this.#checkGeneration(generation);
      try {
        await this.#connectTo(address, port, generation);
        this.#remote = { address, port, hostname: host };
        if (endpoint !== undefined) Object.assign(endpoint, { address, port });
        return;
      } catch (error) {
        failure ??= toContractError(`connect to ${host} port ${port}`, error);
      }
    }
    this.#checkGeneration(generation);
    throw failure;
  }

  async bind(address: string | null, port: number): Promise<void> {
    if (this.#state !== SocketState.closed) throw alreadyOpen('bind');
    const generation = this.#generation;
    const { forcedAddressFamily: forced, preferredAddressFamily: preferred } = this;
    if (address === null || address === '') {
      this.#associations = this.#openAnywhere(port);
    } else {
      const [first] = await resolveAddresses(address, port, { forced, preferred, endpoint: undefined });
      this.#checkGeneration(generation);
      this.#associations = this.#open(first as string, port);
    }
    this.#state = SocketState.bound;
  }

  /** An association with the address that `connect` was for. */
  startClient(
    context: NativeContext,
    parameters: Parameters<Associations['connect']>[2],
    hooks: ChannelHooks,
  ): DatagramChannel {
    if (this.#associations === undefined || this.#remote === undefined) throw notOpen(hooks.what);
    return this.#associations.connect(this.#remote, context, parameters, hooks);
  }

  /** The next client that has completed its handshake; from the first call on they are taken. */
  async accept(
    context: () => NativeContext,
    timeout: number,
    hooks: ChannelHooks,
  ): Promise<{ backend: NetBackend; channel: DatagramChannel }> {
    const associations = this.#associations;
    if (associations === undefined) throw notOpen(hooks.what);
    if (this.#clients === undefined) {
      const busy = new ContractError('ENOBUFS', 'accept: too many clients wait');
      const clients = new AcceptQueue<DatagramChannel>((channel) => void channel.close(true, busy));
      associations.listen(
        context(),
        { accepted: (channel) => clients.push(channel), failed: (error) => clients.fail(error) },
        hooks,
      );
      this.#clients = clients;
    }
    const channel = await this.#clients.next(timeout);
    return { backend: new AcceptedUdpBackend(associations, channel, this.#settings.forcedMtu), channel };
  }

  send(): Promise<void> {
    return Promise.reject(new ContractError('ENOTSUP', 'send: this UDP socket only carries DTLS'));
  }

  receive(): Promise<null> {
    return Promise.reject(new ContractError('ENOTSUP', 'receive: this UDP socket only carries DTLS'));
  }

  shutdown(): void {
    if (this.#associations === undefined) throw notOpen('shutdown');
    const { native, number } = this.#associations.endpoint;
    this.#state = SocketState.shutdown;
    this.#stopAccepting();
    native.shutdownEndpoint(number);
  }

  async close(): Promise<void> {
    const associations = this.#associations;
    this.#generation += 1;
    this.#state = SocketState.closed;
    this.#associations = undefined;
    this.#remote = undefined;
    this.#stopAccepting();
    await associations?.abandon();
  }

  get systemSocket(): number | undefined {
    const endpoint = this.#associations?.endpoint;
    const descriptor = endpoint?.native.endpointFd(endpoint.number) ?? -1;
    return descriptor >= 0 ? descriptor : undefined;
  }

  get interfaceName(): string | undefined {
    if (this.#settings.interfaceName !== '') return this.#settings.interfaceName;
    return this.localHost === undefined ? undefined : interfaceWith(this.localHost);
  }

  get remoteHost(): string | undefined {
    return this.#remote?.address;
  }

  get remoteHostname(): string | undefined {
    return this.#remote?.hostname;
  }

  get remotePort(): number | undefined {
    return this.#remote?.port;
  }

  get localHost(): string | undefined {
    return this.#localAddress()?.address;
  }

  get localPort(): number | undefined {
    return this.#localAddress()?.port;
  }

  get addressFamily(): AddressFamily {
    const address = this.#associations?.endpoint.localAddress.address;
    return address === undefined ? AddressFamily.unspecified : familyOf(address);
  }

  get mtu(): number | undefined {
    if (this.#settings.forcedMtu > 0) return this.#settings.forcedMtu;
    const endpoint = this.#remote === undefined ? undefined : this.#associations?.endpoint;
    return endpoint?.native.pathMtu(endpoint.number) || undefined;
  }

  get innerMtu(): number | undefined {
    if (this.#associations === undefined) return undefined;
    const isIpv6 = this.addressFamily === AddressFamily.inet6;
    const { mtu } = this;
    if (mtu === undefined) return isIpv6 ? SMALLEST_IPV6_PAYLOAD : SMALLEST_IPV4_PAYLOAD;
    return Math.max(0, mtu - (isIpv6 ? IPV6_OVERHEAD : IPV4_OVERHEAD));
  }

  get bytesSent(): number {
    return readCounters(this.#counters).bytesSent;
  }

  get bytesReceived(): number {
    return readCounters(this.#counters).bytesReceived;
  }

  #localAddress() {
    const endpoint = this.#associations?.endpoint;
    return endpoint?.native.localAddress(endpoint.number);
  }

  async #connectTo(address: string, port: number, generation: number): Promise<void> {
    const associations = await this.#openFor(address, generation);
    const { native, number } = associations.endpoint;
    const wasOpen = associations === this.#associations;
    try {
      native.connectEndpoint(number, address, port);
    } catch (error) {
      if (!wasOpen) await associations.abandon();
      throw systemError(`connect to ${address} port ${port}`, error);
    }
    this.#associations = associations;
    this.#state = SocketState.connected;
  }

  /** A socket of the family of `address`. One that is bound to every address of the other family is replaced. */
  async #openFor(address: string, generation: number): Promise<Associations> {
    const wildcard = familyOf(address) === AddressFamily.inet6 ? '::' : '0.0.0.0';
    const bound = this.#associations;
    if (bound === undefined) return this.#open(wildcard, 0, 1);
    const { address: local, port } = bound.endpoint.localAddress;
    const fits = familyOf(local) === familyOf(address);
    const isWildcard = local === '::' || local === '0.0.0.0';
    if (fits || !isWildcard) return bound;
    this.#stopAccepting();
    this.#associations = undefined;
    await bound.abandon();
    this.#checkGeneration(generation);
    try {
      this.#associations = this.#open(wildcard, port);
    } catch (error) {
      this.#state = SocketState.closed;
      throw error;
    }
    return this.#associations;
  }

  /** Every address of both families where the system has them, or of the one that is asked for. */
  #openAnywhere(port: number): Associations {
    const { forcedAddressFamily: forced } = this;
    if (forced === AddressFamily.inet4) return this.#open('0.0.0.0', port);
    try {
      return this.#open('::', port);
    } catch (error) {
      const { code } = error as ContractError;
      const noIpv6 = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
      if (!noIpv6 || forced === AddressFamily.inet6) throw error;
      return this.#open('0.0.0.0', port);
    }
  }

  #open(address: string, port: number, maxPeers = MOST_CLIENTS): Associations {
    const { reuseAddr, dscp, priority, interfaceName, transparent, faults } = this.#settings;
    const settings = {
      ...{ address, port, maxPeers, dscp, priority, interfaceName, transparent, counters: this.#counters },
      backend: 'auto' as const,
      flags: reuseAddr ? EndpointFlag.reuseAddress : 0,
      receiveBufferSize: 0,
      sendBufferSize: 0,
      copyMessages: false,
      faults: faults && new FaultInjector(faults, 'client'),
    };
    try {
      return new Associations((owner) => openEndpoint(settings, owner));
    } catch (error) {
      throw toContractError(`open a UDP socket at ${address} port ${port}`, error);
    }
  }

  #stopAccepting(): void {
    this.#clients?.close(new ContractError('ECONNABORTED', 'accept: the socket was closed'));
    this.#clients = undefined;
    this.#associations?.stopListening();
  }

  #checkGeneration(generation: number): void {
    if (generation !== this.#generation) throw new ContractError('ECONNABORTED', 'the socket was closed meanwhile');
  }
}

function alreadyOpen(what: string): ContractError {
  return new ContractError('EISCONN', `${what}: the UDP socket is open already; close it first`);
}

function notOpen(what: string): ContractError {
  return new ContractError('EBADF', `${what}: the UDP socket is not open`);
}
