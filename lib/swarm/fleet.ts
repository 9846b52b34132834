import type { Address, ClientParameters, NativeContext } from '../binding.js';
import { clientContext, clientParameters, datagramTransport } from '../context.js';
import { failureToError, isInOrder } from '../errors/failure.js';
import { Status, statusToError } from '../errors/status.js';
import { describeErrno, systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint, EndpointOwner } from '../events/endpoint.js';
import { openFleetEndpoint } from '../events/reactor.js';
import type { ClosedRecord, ConnectedRecord, SessionRecord } from '../events/records.js';
import type { FaultInjector } from '../faults/fault-injector.js';
import { appendKeylog } from '../keylog.js';
import type { ResolvedHost } from '../resolve-host.js';
import type { Peer } from '../socket/peer.js';
import { Member, type MemberOwner, MemberState } from './member.js';
import { Slots } from './slots.js';
import type { SwarmSettings } from './swarm-options.js';

/** What a fleet tells its swarm. */
export interface FleetOwner {
  message(member: Member, message: Buffer): void;
  /** A connected device has lost its association: by the server's close_notify, or with an error. */
  closed(member: Member, error: TlsError | undefined): void;
  /** The sockets failed for good; `ended` follows. */
  failed(error: TlsError): void;
  /** The handles are closed. */
  ended(): void;
}

/** The inner side of a `Swarm`: its members, and the one native endpoint behind all of them. */
export class Fleet implements EndpointOwner, MemberOwner {
  readonly #settings: SwarmSettings;
  readonly #owner: FleetOwner;
  readonly #counters: BigUint64Array;
  readonly #faults: FaultInjector | undefined;
  readonly #members: (Member | undefined)[];
  readonly #slots: Slots;
  /** Of all handshakes; what is a device's own is filled in for each. */
  readonly #parameters: ClientParameters;
  #context: NativeContext | undefined;
  #endpoint: Endpoint | undefined;
  #target = '';

  constructor(settings: SwarmSettings, counters: BigUint64Array, faults: FaultInjector | undefined, owner: FleetOwner) {
    this.#settings = settings;
    this.#owner = owner;
    this.#counters = counters;
    this.#faults = faults;
    this.#members = Array.from({ length: settings.devices }, () => undefined);
    this.#slots = new Slots(settings);
    this.#parameters = clientParameters(settings.security);
  }

  get isOpen(): boolean {
    return this.#endpoint !== undefined && !this.#endpoint.closing;
  }

  /** Throws what is wrong with the options, or what the system says. */
  open(remote: ResolvedHost): void {
    const { port, security, keylogFile, sockets, pool, devices, copyMessages } = this.#settings;
    this.#target = `${remote.family === 6 ? `[${remote.address}]` : remote.address}:${port}`;
    this.#context = clientContext(security, datagramTransport(this.#settings), keylogFile !== undefined);
    const settings = {
      remote: { address: remote.address, port },
      ...{ family: remote.family, sockets, maxPeers: devices, counters: this.#counters, copyMessages },
      pool: pool && { first: pool.first, size: pool.size },
      faults: this.#faults,
    };
    try {
      this.#endpoint = openFleetEndpoint(settings, this);
    } catch (error) {
      throw this.#openError(error);
    }
  }

  /** Says goodbye for all devices. The owner hears of the end by `ended`. */
  close(): void {
    if (this.#endpoint === undefined) return this.#owner.ended();
    this.#endpoint.close();
    const error = new TlsError('ERR_CLOSED', 'connect: the swarm was closed meanwhile');
    for (const member of this.#members) if (member !== undefined) this.#release(member)?.reject(error);
  }

  member(index: number): Member {
    const known = this.#members[index];
    if (known !== undefined) return known;
    const member = new Member(this, index);
    this.#members[index] = member;
    return member;
  }

  identityOf({ index }: Member): string {
    return this.#settings.credentials.identity(index);
  }

  endpointOf({ index }: Member): string {
    const { endpoint, credentials } = this.#settings;
    return endpoint?.(index) ?? credentials.endpoint(index) ?? `dev-${index.toString().padStart(6, '0')}`;
  }

  addressOf(member: Member): Address {
    const { native, number } = this.#opened('address');
    return native.deviceAddress(number, member.slot);
  }

  connect(member: Member, resume: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin(member, resume); // what it throws rejects
      member.pending = { resolve, reject };
    });
  }

  #begin(member: Member, resume: boolean): void {
    const { native, number, peers } = this.#opened('connect');
    if (member.state !== MemberState.idle) {
      throw new TlsError('ERR_ALREADY_CONNECTED', `connect: device ${member.index} is not idle`);
    }
    const parameters = this.#parametersOf(member, resume);
    const result = native.connectDevice(number, member.slot, this.#context as NativeContext, parameters);
    if (result < 0) throw statusToError(this.#whatOf(member), -result);
    member.peer = result;
    member.state = MemberState.connecting;
    member.resumed = false;
    peers.set(result, member as Receiver as Peer);
  }

  send(member: Member, message: Uint8Array): void {
    if (member.state !== MemberState.connected) throw statusToError('send', Status.notConnected);
    const { native, number } = this.#endpoint as Endpoint;
    const status = native.send(number, member.peer, message);
    // Its end is under way, and the caller could not know: the message is lost, as one that arrives too late.
    if (status === Status.ok || status === Status.noSuchPeer) return;
    if (status !== Status.tooLarge) throw statusToError('send', status);
    throw new TlsError(
      'EMSGSIZE',
      `send: a message of ${message.length} bytes does not fit one datagram (mtu ${this.#settings.mtu}); nothing was sent`,
    );
  }

  /** Ends its association or its handshake; nothing when it is idle. */
  leave(member: Member, closeNotify: boolean): void {
    const { peer } = member;
    const pending = this.#release(member);
    if (peer !== 0 && this.#endpoint !== undefined && !this.#endpoint.closing) {
      const { native, number } = this.#endpoint;
      if (closeNotify) native.closePeer(number, peer);
      else native.forgetPeer(number, peer);
    }
    pending?.reject(new TlsError('ERR_CLOSED', `${this.#whatOf(member)}: closed meanwhile`));
  }

  rebind(member: Member): void {
    const { native, number } = this.#opened('rebind');
    const left = member.slot;
    const slot = this.#slots.next(left);
    try {
      const status = native.moveDevice(number, member.peer, slot);
      if (status !== Status.ok && status !== Status.noSuchPeer) throw statusToError('rebind', status);
    } catch (error) {
      this.#slots.giveBack(slot);
      throw systemError('rebind', error);
    }
    member.slot = slot;
    if (slot !== left) this.#slots.giveBack(left);
  }

  deliver(member: Member, message: Buffer): void {
    this.#owner.message(member, message);
  }

  // Events

  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void {
    const member = this.#find(endpoint, record.peer);
    if (member === undefined) return;
    member.state = MemberState.connected;
    member.resumed = record.resumed;
    const { pending } = member;
    member.pending = undefined;
    pending?.resolve();
  }

  peerClosed(endpoint: Endpoint, { peer, failure }: ClosedRecord): void {
    const member = this.#find(endpoint, peer);
    if (member === undefined) return;
    const pending = this.#release(member);
    const what =
      pending === undefined ? `device ${member.index}: association with ${this.#target}` : this.#whatOf(member);
    if (pending !== undefined) {
      const error = failureToError(what, failure);
      return pending.reject(error ?? new TlsError('ERR_CLOSED', `${what}: the server ended the handshake`));
    }
    this.#owner.closed(member, isInOrder(failure) ? undefined : failureToError(what, failure));
  }

  session(endpoint: Endpoint, { peer, session }: SessionRecord): void {
    const member = this.#find(endpoint, peer);
    if (member !== undefined) member.session = session.toString('latin1');
    session.fill(0);
  }

  keylogLine(line: Buffer): void {
    const { keylogFile } = this.#settings;
    if (keylogFile !== undefined) appendKeylog(keylogFile, line);
  }

  clientFailed(): void {
    // Of servers only.
  }

  endpointFailed(endpoint: Endpoint, errno: number): void {
    const { code, text } = describeErrno(errno);
    const error = new TlsError(code, `the sockets of the swarm failed: ${text}`, { errno });
    endpoint.close();
    for (const member of this.#members) {
      if (member === undefined || member.state === MemberState.idle) continue;
      const pending = this.#release(member);
      if (pending === undefined) this.#owner.closed(member, error);
      else pending.reject(error);
    }
    this.#owner.failed(error);
  }

  endpointClosed(endpoint: Endpoint): void {
    endpoint.peers.clear();
    this.#context = undefined;
    this.#owner.ended();
  }

  #find({ peers }: Endpoint, peer: number): Member | undefined {
    return peers.get(peer) as Receiver | undefined as Member | undefined;
  }

  /** It is idle from now on. Returns who waited for its handshake. */
  #release(member: Member): Member['pending'] {
    const { pending, peer } = member;
    if (peer !== 0) this.#endpoint?.peers.delete(peer);
    member.peer = 0;
    member.pending = undefined;
    member.state = MemberState.idle;
    return pending;
  }

  #opened(what: string): Endpoint {
    const endpoint = this.#endpoint;
    if (endpoint !== undefined && !endpoint.closing) return endpoint;
    throw new TlsError('ERR_CLOSED', `${what}: the swarm is ${endpoint === undefined ? 'not open yet' : 'closed'}`);
  }

  #parametersOf({ index, session }: Member, resume: boolean): ClientParameters {
    const parameters = this.#parameters;
    this.#settings.credentials.fill(index, parameters);
    parameters.session = resume && session !== undefined ? Buffer.from(session, 'latin1') : nothing;
    return parameters;
  }

  #openError(error: unknown): Error {
    const { sockets, pool } = this.#settings;
    const known = systemError(`open ${sockets} sockets to ${this.#target}`, error);
    if (known.code === 'ENOTSUP') {
      return new TlsError('ENOTSUP', 'open: a swarm needs Linux (recvmmsg, epoll); elsewhere use connect()', {
        cause: error,
      });
    }
    if (known.code !== 'EADDRNOTAVAIL' || pool === undefined) return known;
    return new TlsError(
      'EADDRNOTAVAIL',
      `open: sourceAddresses ${pool.text} are not addresses of this machine: 'ip route add local ${pool.text} dev lo' makes them so`,
      { cause: error },
    );
  }

  /** What its handshakes and its association are told apart by in messages. */
  #whatOf({ index }: Member): string {
    return `device ${index}: connect to ${this.#target}`;
  }
}

const nothing = new Uint8Array();

/** All that the table of an endpoint's peers is asked for, once its owner is not a socket's. */
interface Receiver {
  deliver(message: Buffer): void;
}
