/** ClientHellos made by hand, right or wrong on purpose, and the reading of a HelloVerifyRequest. */
import { buildRecord, ContentType, handshakeHeaderSize, parseRecords } from './dtls-records.js';

export interface ClientHelloFields {
  random?: Uint8Array;
  sessionId?: Uint8Array;
  cookie?: Uint8Array;
  cipherSuites?: number[];
  /** The extension block with its length field; default: extended_master_secret alone. Empty: no block at all. */
  extensions?: Uint8Array;
  /** 0 for the first hello, 1 for the one that brings the cookie. */
  messageSequence?: number;
  recordSequence?: number;
}

const clientHelloType = 1;
const helloVerifyRequestType = 3;
const extendedMasterSecret = Buffer.from([0x00, 0x04, 0x00, 0x17, 0x00, 0x00]);

/** The body of the message, without handshake and record header. */
export function buildClientHelloBody(fields: ClientHelloFields = {}): Buffer {
  const random = fields.random ?? Buffer.alloc(32, 0x5a);
  const sessionId = fields.sessionId ?? Buffer.alloc(0);
  const cookie = fields.cookie ?? Buffer.alloc(0);
  const suites = fields.cipherSuites ?? [0xc0a8];
  return Buffer.concat([
    Buffer.from([0xfe, 0xfd]),
    random,
    Buffer.from([sessionId.length]),
    sessionId,
    Buffer.from([cookie.length]),
    cookie,
    uint16(suites.length * 2),
    ...suites.map(uint16),
    Buffer.from([1, 0]),
    fields.extensions ?? extendedMasterSecret,
  ]);
}

/** A whole ClientHello in one record. */
export function buildClientHello(fields: ClientHelloFields = {}): Buffer {
  const body = buildClientHelloBody(fields);
  return wrapClientHello(body, { ...fields, offset: 0, total: body.length });
}

/** The same ClientHello in several records, each its own datagram, `size` bytes of body in each. */
export function buildFragmentedClientHello(fields: ClientHelloFields, size: number): Buffer[] {
  const body = buildClientHelloBody(fields);
  const fragments: Buffer[] = [];
  for (let offset = 0; offset < body.length; offset += size) {
    const recordSequence = (fields.recordSequence ?? 0) + fragments.length;
    const fragment = body.subarray(offset, offset + size);
    fragments.push(wrapClientHello(fragment, { ...fields, recordSequence, offset, total: body.length }));
  }
  return fragments;
}

interface Placement {
  messageSequence?: number;
  recordSequence?: number;
  offset: number;
  total: number;
}

function wrapClientHello(fragment: Buffer, place: Placement): Buffer {
  const header = Buffer.alloc(handshakeHeaderSize);
  header.writeUInt8(clientHelloType, 0);
  header.writeUIntBE(place.total, 1, 3);
  header.writeUInt16BE(place.messageSequence ?? 0, 4);
  header.writeUIntBE(place.offset, 6, 3);
  header.writeUIntBE(fragment.length, 9, 3);
  const record = { type: ContentType.handshake, version: 0xfeff, sequence: place.recordSequence ?? 0 };
  return buildRecord(record, Buffer.concat([header, fragment]));
}

/** The cookie of a HelloVerifyRequest, or undefined when the datagram is something else. */
export function readCookie(datagram: Buffer): Buffer | undefined {
  const [record] = parseRecords(datagram);
  if (record?.handshake[0]?.type !== helloVerifyRequestType) return undefined;
  const body = record.payload.subarray(handshakeHeaderSize);
  return Buffer.from(body.subarray(3, 3 + body.readUInt8(2)));
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
