/** Reads and writes DTLS 1.2 records (RFC 6347 4.1) as far as tests need it: headers, and handshake messages of epoch 0. */

export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

const contentTypeNames: Record<number, string> = {
  20: 'change_cipher_spec',
  21: 'alert',
  22: 'handshake',
  23: 'application_data',
  25: 'tls12_cid',
};

const handshakeNames: Record<number, string> = {
  0: 'hello_request',
  1: 'client_hello',
  2: 'server_hello',
  3: 'hello_verify_request',
  4: 'new_session_ticket',
  11: 'certificate',
  12: 'server_key_exchange',
  13: 'certificate_request',
  14: 'server_hello_done',
  15: 'certificate_verify',
  16: 'client_key_exchange',
  20: 'finished',
};

export interface HandshakeHeader {
  type: number;
  name: string;
  length: number;
  messageSequence: number;
  fragmentOffset: number;
  fragmentLength: number;
}

export interface DtlsRecord {
  type: number;
  typeName: string;
  version: number;
  epoch: number;
  /** 48 bits, exact as a number. */
  sequence: number;
  payload: Buffer;
  /** Messages of an epoch-0 handshake record; those of later epochs are encrypted. */
  handshake: HandshakeHeader[];
}

export const recordHeaderSize = 13;
export const handshakeHeaderSize = 12;

/** The records of a datagram, up to the first byte that is not a record. */
export function parseRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  let rest = datagram;
  while (rest.length >= recordHeaderSize) {
    const type = rest.readUInt8(0);
    const length = rest.readUInt16BE(11);
    if (contentTypeNames[type] === undefined || rest.length < recordHeaderSize + length) break;
    const epoch = rest.readUInt16BE(3);
    const payload = rest.subarray(recordHeaderSize, recordHeaderSize + length);
    records.push({
      type,
      typeName: contentTypeNames[type],
      version: rest.readUInt16BE(1),
      epoch,
      sequence: rest.readUIntBE(5, 6),
      payload,
      handshake: type === ContentType.handshake && epoch === 0 ? parseHandshake(payload) : [],
    });
    rest = rest.subarray(recordHeaderSize + length);
  }
  return records;
}

function parseHandshake(payload: Buffer): HandshakeHeader[] {
  const messages: HandshakeHeader[] = [];
  let rest = payload;
  while (rest.length >= handshakeHeaderSize) {
    const type = rest.readUInt8(0);
    const fragmentLength = rest.readUIntBE(9, 3);
    messages.push({
      type,
      name: handshakeNames[type] ?? `handshake_${type}`,
      length: rest.readUIntBE(1, 3),
      messageSequence: rest.readUInt16BE(4),
      fragmentOffset: rest.readUIntBE(6, 3),
      fragmentLength,
    });
    if (rest.length < handshakeHeaderSize + fragmentLength) break;
    rest = rest.subarray(handshakeHeaderSize + fragmentLength);
  }
  return messages;
}

/** One line for people and assertions, for example `server_hello e0 s1 + server_hello_done e0 s2`. */
export function describeDatagram(datagram: Buffer): string {
  if (datagram.length === 0) return 'empty';
  const records = parseRecords(datagram);
  if (records.length === 0) return `${datagram.length} bytes, no record`;
  return records.map(describeRecord).join(' + ');
}

function describeRecord(record: DtlsRecord): string {
  const names = record.handshake.map((message) => message.name).join(', ');
  return `${names || record.typeName} e${record.epoch} s${record.sequence}`;
}

export interface RecordFields {
  type: number;
  version?: number;
  epoch?: number;
  sequence?: number;
  /** What the header claims; default: the truth. */
  length?: number;
}

export function buildRecord(fields: RecordFields, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(recordHeaderSize);
  header.writeUInt8(fields.type, 0);
  header.writeUInt16BE(fields.version ?? 0xfefd, 1);
  header.writeUInt16BE(fields.epoch ?? 0, 3);
  header.writeUIntBE(fields.sequence ?? 0, 5, 6);
  header.writeUInt16BE(fields.length ?? payload.length, 11);
  return Buffer.concat([header, payload]);
}

export interface AlertFields {
  level: number;
  description: number;
  epoch?: number;
  sequence?: number;
}

export function buildAlert({ level, description, ...record }: AlertFields): Buffer {
  return buildRecord({ type: ContentType.alert, ...record }, Buffer.from([level, description]));
}
