import type { Address, NativeReactor } from '../binding.js';
import type { TlsError } from '../errors/tls-error.js';
import type { FaultInjector } from '../faults/fault-injector.js';
import type { Peer } from '../socket/peer.js';
import { PeerTable } from './peer-table.js';
import type {
  ClientErrorRecord,
  ClosedRecord,
  ConnectedRecord,
  HelloWantedRecord,
  PskWantedRecord,
  SessionRecord,
  SessionWantedRecord,
} from './records.js';
import type { EndpointTap, TappedRecord } from './tap.js';

/** What an endpoint's events mean is its owner's: a server, or a client. */
export interface EndpointOwner {
  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void;
  peerClosed(endpoint: Endpoint, record: ClosedRecord): void;
  /** Right before the `'close'` of an established peer's socket, however it came to that. */
  peerFinished?(peer: Peer): void;
  clientFailed(record: ClientErrorRecord): void;
  keylogLine(line: Buffer): void;
  /** The UDP socket failed for good; only closing it is left. */
  endpointFailed(endpoint: Endpoint, errno: number): void;
  /** The handles are closed, nothing follows. */
  endpointClosed(endpoint: Endpoint): void;
  /** A message for a peer that nobody listens to. False when nobody listens here either. */
  message?(peer: Peer, message: Buffer): boolean;
  /** A session that can be resumed: a client's, or one of a server that keeps them in JavaScript. */
  session?(endpoint: Endpoint, record: SessionRecord): void;
  /** To be answered by `answerSession`; without this handler nothing is ever found. */
  sessionWanted?(endpoint: Endpoint, record: SessionWantedRecord): void;
  /** To be answered by `answerPsk`; without this handler nobody can tell. */
  pskWanted?(endpoint: Endpoint, record: PskWantedRecord): void;
  /** To be answered by `answerHello`; without this handler nobody can tell. */
  helloWanted?(endpoint: Endpoint, record: HelloWantedRecord): void;
  /** Nobody waits for the answers of this peer any more; no `clientFailed` follows. */
  questionOver?(endpoint: Endpoint, peer: number): void;
  /** The session with this id must not be resumed any more. */
  sessionRemoved?(endpoint: Endpoint, id: Buffer): void;
  /** An error of the transport, reported to a client's established association, which goes on. `errno` is positive. */
  peerError?(endpoint: Endpoint, peer: number, errno: number): void;
  /** A script endpoint sends, its goodbyes too. `datagram` is a view, as messages are. */
  datagramOut?(endpoint: Endpoint, address: string, port: number, datagram: Buffer): void;
}

/** One socket, or a script in its place, and its associations. */
export class Endpoint {
  readonly native: NativeReactor;
  readonly number: number;
  readonly owner: EndpointOwner;
  readonly copyMessages: boolean;
  /** Undefined: no faults. */
  faults: FaultInjector | undefined;
  /** Those that are established, and not yet closed. */
  readonly peers: PeerTable = new PeerTable();
  #localAddress: Readonly<Address>;
  /** Nearly always none. */
  #taps: Set<EndpointTap> | undefined;
  #closing = false;

  constructor(native: NativeReactor, number: number, owner: EndpointOwner, copyMessages: boolean) {
    this.native = native;
    this.number = number;
    this.owner = owner;
    this.copyMessages = copyMessages;
    this.#localAddress = Object.freeze(native.localAddress(number));
  }

  /** Faults may move the socket; afterwards where it was last. */
  get localAddress(): Readonly<Address> {
    if (this.faults !== undefined && !this.#closing) {
      this.#localAddress = Object.freeze(this.native.localAddress(this.number));
    }
    return this.#localAddress;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** Says goodbye to all peers and closes the socket. Idempotent; the owner hears of the end by `endpointClosed`. */
  close(): void {
    if (this.#closing) return;
    this.#localAddress = this.localAddress;
    this.#closing = true;
    this.native.closeEndpoint(this.number);
  }

  /** From now on `tap` gets all datagrams of this endpoint, and lines of its key log. */
  addTap(tap: EndpointTap): void {
    this.#taps ??= new Set();
    this.#taps.add(tap);
    this.native.tapEndpoint(this.number, true);
  }

  /** With the last one, native code makes no copies any more; those that are under way are lost. */
  removeTap(tap: EndpointTap): void {
    if (!this.#taps?.delete(tap) || this.#taps.size > 0) return;
    this.#taps = undefined;
    this.native.tapEndpoint(this.number, false);
  }

  tapped(record: TappedRecord): void {
    for (const tap of this.#taps ?? []) tap.datagram(this, record);
  }

  keylogLine(line: Buffer): void {
    for (const tap of this.#taps ?? []) tap.keylogLine(line);
    this.owner.keylogLine(line);
  }

  /** For owners: see {@link EndpointTap.peerEnded}. */
  peerEnded(address: string, port: number, error: TlsError | undefined): void {
    for (const tap of this.#taps ?? []) tap.peerEnded(address, port, error);
  }

  /** The handles are closed. */
  closed(): void {
    for (const tap of this.#taps ?? []) tap.endpointClosed(this);
    this.#taps = undefined;
    this.owner.endpointClosed(this);
  }
}
