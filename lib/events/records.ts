import type { PeerInfo } from '../binding.js';
import type { Failure } from '../errors/failure.js';
import { A, B, C, LENGTH, OFFSET, PEER, SENT_FLAG, TRUNCATED_FLAG } from './layout.js';
import { PayloadReader } from './payload-reader.js';
import { PeerRecord } from './peer-record.js';
import type { TappedRecord } from './tap.js';

/** `a` of a `session` event. */
const SERVERS_SESSION = 1;

/** A `connected` event. */
export interface ConnectedRecord extends PeerInfo {
  readonly peer: number;
  readonly innerMtu: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** A `closed` event. */
export interface ClosedRecord {
  peer: number;
  failure: Failure;
  traffic: Traffic;
}

/** A `clientError` event. */
export interface ClientErrorRecord {
  peer: number;
  failure: Failure;
  remoteAddress: string;
  remotePort: number;
  /** Empty when the client had not given one. */
  pskIdentity: string;
}

/** A `session` event: a session that can be resumed. */
export interface SessionRecord {
  /** The association that it comes from, 0 when that is gone. */
  peer: number;
  /** Of a server's session, by which its client will ask for it; empty for a client's. */
  id: Buffer;
  /** DER of the `SSL_SESSION`, with its keys. A copy. */
  session: Buffer;
}

/** A `sessionWanted` event: the handshake waits for `answerSession`. */
export interface SessionWantedRecord {
  peer: number;
  id: Buffer;
}

/** A `pskWanted` event: the handshake waits for `answerPsk`. */
export interface PskWantedRecord {
  peer: number;
  address: string;
  port: number;
  identity: string;
}

/** A `helloWanted` event: the handshake waits for `answerHello`. */
export interface HelloWantedRecord {
  peer: number;
  address: string;
  port: number;
  /** SNI; empty without. */
  serverName: string;
  /** Whether the name has no credentials yet. */
  wantsCredentials: boolean;
}

/** Of one association, UDP payload: handshake and record overhead included. */
export interface Traffic {
  bytesSent: number;
  bytesReceived: number;
  datagramsSent: number;
  datagramsReceived: number;
}

/** In the order of `core::PeerTraffic`. */
export function readTraffic(counters: BigUint64Array): Traffic {
  return {
    bytesSent: Number(counters[0]),
    bytesReceived: Number(counters[1]),
    datagramsSent: Number(counters[2]),
    datagramsReceived: Number(counters[3]),
  };
}

/** One record of the event slab, read field by field. Valid while its batch is being delivered. */
export class RecordView {
  readonly #records: Int32Array;
  readonly #start: number;
  readonly #slab: Buffer;

  /**
   * `start` is the index of the record's first integer. With an empty `slab`, for one that was lost, texts are empty and
   * traffic is zero.
   */
  constructor(records: Int32Array, start: number, slab: Buffer) {
    this.#records = records;
    this.#start = start;
    this.#slab = slab;
  }

  connected(): ConnectedRecord {
    return new PeerRecord(this.#int(PEER), this.#int(A), this.#int(B), this.#int(C), this.#reader());
  }

  closed(): ClosedRecord {
    const payload = this.#reader();
    const traffic = {
      bytesSent: payload.uint64le(),
      bytesReceived: payload.uint64le(),
      datagramsSent: payload.uint64le(),
      datagramsReceived: payload.uint64le(),
    };
    return { peer: this.#int(PEER), failure: this.#failure(payload), traffic };
  }

  clientError(): ClientErrorRecord {
    const payload = this.#reader();
    const remoteAddress = payload.text();
    const pskIdentity = payload.text();
    return {
      peer: this.#int(PEER),
      failure: this.#failure(payload),
      remoteAddress,
      remotePort: this.#int(C),
      pskIdentity,
    };
  }

  session(): SessionRecord {
    const payload = this.#reader();
    const id = payload.copy(this.#int(A) === SERVERS_SESSION ? payload.uint8() : 0);
    return { peer: this.#int(PEER), id, session: payload.copyRest() };
  }

  sessionWanted(): SessionWantedRecord {
    return { peer: this.#int(PEER), id: this.sessionId() };
  }

  pskWanted(): PskWantedRecord {
    const payload = this.#reader();
    return { peer: this.#int(PEER), port: this.#int(A), address: payload.text(), identity: payload.text() };
  }

  helloWanted(): HelloWantedRecord {
    const payload = this.#reader();
    return {
      peer: this.#int(PEER),
      port: this.#int(A),
      wantsCredentials: this.#int(B) !== 0,
      address: payload.text(),
      serverName: payload.text(),
    };
  }

  /** A copy of the whole payload. */
  sessionId(): Buffer {
    return this.#reader().copyRest();
  }

  /** Address, port and bytes (a view) of what a script endpoint sends. */
  datagram(): [string, number, Buffer] {
    const payload = this.#reader();
    return [payload.text(), this.#int(A), payload.rest()];
  }

  /** A line in NSS key log format with its line end, as in the `'keylog'` event of `node:tls`. A copy: it is secret. */
  keylogLine(): Buffer {
    const text = this.#reader().rest();
    const line = Buffer.allocUnsafeSlow(text.length + 1);
    line.set(text);
    line[text.length] = 0x0a;
    return line;
  }

  tapped(): TappedRecord {
    const payload = this.#reader();
    const size = payload.uint8() === 4 ? 4 : 16;
    const peerPort = payload.uint16le();
    const peerAddress = payload.view(16).subarray(0, size);
    const localAddress = payload.view(16).subarray(0, size);
    return {
      sent: (this.#int(A) & SENT_FLAG) !== 0,
      truncated: (this.#int(A) & TRUNCATED_FLAG) !== 0,
      at: this.#int(C) * 2 ** 32 + (this.#int(B) >>> 0),
      lostBefore: this.#int(PEER),
      peerAddress,
      peerPort,
      localAddress: localAddress.some((byte) => byte !== 0) ? localAddress : undefined,
      datagram: payload.rest(),
    };
  }

  errno(): number {
    return this.#int(B);
  }

  #failure(reason: PayloadReader): Failure {
    return { cause: this.#int(A), code: this.#int(B), reason: reason.restAsText() };
  }

  #reader(): PayloadReader {
    const offset = this.#int(OFFSET);
    const { length } = this.#slab;
    return new PayloadReader(this.#slab, Math.min(offset, length), Math.min(offset + this.#int(LENGTH), length));
  }

  #int(position: number): number {
    return this.#records[this.#start + position] as number;
  }
}
