import { Buffer } from 'node:buffer';
import { RESUMED_FLAG } from './layout.js';
import { PayloadReader } from './payload-reader.js';
import type { ConnectedRecord } from './records.js';

const NO_CERTIFICATES: readonly Buffer[] = [];

const NOT_ASCII = /[\u0080-\u00ff]/;

/** A `connected` event as its peer keeps it: small, and taken apart when somebody asks. */
export class PeerRecord implements ConnectedRecord {
  readonly peer: number;
  readonly cipher: number;
  readonly innerMtu: number;
  readonly version: number;
  readonly verifyResult: number;
  readonly certificates: readonly Buffer[];
  readonly #portAndFlags: number;
  /**
   * Remote address, PSK identity and server name as they are in the payload, UTF-8 behind a length in one byte. Each
   * character is a byte: nothing else in V8 keeps a few bytes for less.
   */
  readonly #texts: string;

  constructor(peer: number, cipher: number, innerMtu: number, portAndFlags: number, payload: PayloadReader) {
    this.peer = peer;
    this.cipher = cipher;
    this.innerMtu = innerMtu;
    this.#portAndFlags = portAndFlags;
    this.#texts = payload.texts(3);
    this.version = payload.uint16le();
    this.verifyResult = payload.int32le();
    this.certificates = payload.atEnd ? NO_CERTIFICATES : takeCertificates(payload);
  }

  get resumed(): boolean {
    return (this.#portAndFlags & RESUMED_FLAG) !== 0;
  }

  get remotePort(): number {
    return this.#portAndFlags >>> 8;
  }

  get remoteAddress(): string {
    return this.#text(0);
  }

  get pskIdentity(): string {
    return this.#text(1);
  }

  get serverName(): string {
    return this.#text(2);
  }

  /** Empty, as all of them are, when the payload was lost. */
  #text(index: number): string {
    const texts = this.#texts;
    let at = 0;
    for (let i = 0; i < index; i += 1) at += 1 + texts.charCodeAt(at);
    const text = texts.slice(at + 1, at + 1 + texts.charCodeAt(at));
    return NOT_ASCII.test(text) ? Buffer.from(text, 'latin1').toString() : text;
  }
}

/** DER, leaf first; all of them views of one copy. */
function takeCertificates(payload: PayloadReader): Buffer[] {
  const certificates = [];
  const chain = new PayloadReader(payload.copyRest());
  while (!chain.atEnd) certificates.push(chain.view(chain.uint24be()));
  return certificates;
}
