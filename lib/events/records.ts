import type { Failure } from '../errors/failure.js';
import { A, B, C, PEER, RESUMED_FLAG, TRAFFIC_BYTES } from './layout.js';

/** A `connected` event. */
export interface ConnectedRecord {
  peer: number;
  cipher: number;
  innerMtu: number;
  resumed: boolean;
  remoteAddress: string;
  remotePort: number;
  pskIdentity: string;
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
    const [remoteAddress, rest] = takeText(this.#payload);
    return {
      peer: this.#int(PEER),
      cipher: this.#int(A),
      innerMtu: this.#int(B),
      resumed: (portAndFlags & RESUMED_FLAG) !== 0,
      remoteAddress,
      remotePort: portAndFlags >>> 8,
      pskIdentity: rest.toString(),
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
    const [remoteAddress, afterAddress] = takeText(this.#payload);
    const [pskIdentity, reason] = takeText(afterAddress);
    return { failure: this.#failure(reason), remoteAddress, remotePort: this.#int(C), pskIdentity };
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

  #int(position: number): number {
    return this.#records[this.#start + position] as number;
  }
}

/** A text that its length in one byte precedes, and what follows it. */
function takeText(bytes: Buffer): [string, Buffer] {
  const end = 1 + (bytes[0] ?? 0);
  return [bytes.toString('utf8', 1, end), bytes.subarray(end)];
}
