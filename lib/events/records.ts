import type { PeerInfo } from '../binding.js';
import type { Failure } from '../errors/failure.js';
import { A, B, C, PEER, RESUMED_FLAG, TRAFFIC_BYTES } from './layout.js';
import { PayloadReader } from './payload-reader.js';

/** `a` of a `session` event. */
const SERVERS_SESSION = 1;

/** A `connected` event. */
export interface ConnectedRecord extends PeerInfo {
  peer: number;
  innerMtu: number;
  remoteAddress: string;
  remotePort: number;
}

/** A `closed` event. */
export interface ClosedRecord {
  peer: number;
  failure: Failure;
  traffic: Traffic;
}

/** A `clientError` event. */
export interface ClientErrorRecord {
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
  readonly #payload: Buffer;

  /**
   * `start` is the index of the record's first integer. With an empty `payload`, for one that was lost, texts are empty
   * and traffic is zero.
   */
  constructor(records: Int32Array, start: number, payload: Buffer) {
    this.#records = records;
    this.#start = start;
    this.#payload = payload;
  }

  connected(): ConnectedRecord {
    const portAndFlags = this.#int(C);
    const payload = this.#reader();
    return {
      peer: this.#int(PEER),
      cipher: this.#int(A),
      innerMtu: this.#int(B),
      resumed: (portAndFlags & RESUMED_FLAG) !== 0,
      remotePort: portAndFlags >>> 8,
      remoteAddress: payload.text(),
      pskIdentity: payload.text(),
      serverName: payload.text(),
      version: payload.uint16le(),
      verifyResult: payload.int32le(),
      certificates: takeCertificates(payload),
    };
  }

  closed(): ClosedRecord {
    const counters = new BigUint64Array(TRAFFIC_BYTES / 8);
    new Uint8Array(counters.buffer).set(this.#payload.subarray(0, TRAFFIC_BYTES));
    return {
      peer: this.#int(PEER),
      failure: this.#failure(this.#payload.subarray(TRAFFIC_BYTES)),
      traffic: readTraffic(counters),
    };
  }

  clientError(): ClientErrorRecord {
    const payload = this.#reader();
    const remoteAddress = payload.text();
    const pskIdentity = payload.text();
    return { failure: this.#failure(payload.rest()), remoteAddress, remotePort: this.#int(C), pskIdentity };
  }

  session(): SessionRecord {
    const payload = this.#reader();
    const id = payload.copy(this.#int(A) === SERVERS_SESSION ? payload.uint8() : 0);
    return { peer: this.#int(PEER), id, session: payload.copyRest() };
  }

  sessionWanted(): SessionWantedRecord {
    return { peer: this.#int(PEER), id: this.sessionId() };
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
    const line = Buffer.allocUnsafeSlow(this.#payload.length + 1);
    line.set(this.#payload);
    line[this.#payload.length] = 0x0a;
    return line;
  }

  errno(): number {
    return this.#int(B);
  }

  #failure(reason: Buffer): Failure {
    return { cause: this.#int(A), code: this.#int(B), reason: reason.toString() };
  }

  #reader(): PayloadReader {
    return new PayloadReader(this.#payload);
  }

  #int(position: number): number {
    return this.#records[this.#start + position] as number;
  }
}

/** DER, leaf first; all of them views of one copy. */
function takeCertificates(payload: PayloadReader): Buffer[] {
  if (payload.atEnd) return [];
  const certificates = [];
  const chain = new PayloadReader(payload.copyRest());
  while (!chain.atEnd) certificates.push(chain.view(chain.uint24be()));
  return certificates;
}
