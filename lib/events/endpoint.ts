import type { Address, NativeReactor } from '../binding.js';
import type { Peer } from '../socket/peer.js';
import type { ClientErrorRecord, ClosedRecord, ConnectedRecord } from './records.js';

/** What an endpoint's events mean is its owner's: a server, or a client. */
export interface EndpointOwner {
  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void;
  peerClosed(endpoint: Endpoint, record: ClosedRecord): void;
  clientFailed(record: ClientErrorRecord): void;
  keylogLine(line: Buffer): void;
  /** The UDP socket failed for good; only closing it is left. */
  endpointFailed(endpoint: Endpoint, errno: number): void;
  /** The handles are closed, nothing follows. */
  endpointClosed(endpoint: Endpoint): void;
}

/** One UDP socket and its associations. */
export class Endpoint {
  readonly native: NativeReactor;
  readonly number: number;
  readonly owner: EndpointOwner;
  readonly copyMessages: boolean;
  readonly localAddress: Readonly<Address>;
  /** By the number that native code has for them; established, and not yet closed. */
  readonly peers = new Map<number, Peer>();
  #closing = false;

  constructor(native: NativeReactor, number: number, owner: EndpointOwner, copyMessages: boolean) {
    this.native = native;
    this.number = number;
    this.owner = owner;
    this.copyMessages = copyMessages;
    this.localAddress = Object.freeze(native.localAddress(number));
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** Says goodbye to all peers and closes the socket. Idempotent; the owner hears of the end by `endpointClosed`. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.native.closeEndpoint(this.number);
  }
}
