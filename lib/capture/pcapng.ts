/** Blocks of the pcapng format (draft-ietf-opsawg-pcapng), little-endian. */
import { Buffer } from 'node:buffer';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const DECRYPTION_SECRETS = 10;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** LINKTYPE_RAW: a packet begins with its IP header. */
const RAW_IP = 101;
/** TLS key log, DTLS included: `TLSK`. */
const TLS_KEY_LOG = 0x544c534b;

const COMMENT = 1;
const USER_APPLICATION = 4;
const INTERFACE_NAME = 2;
const PACKET_FLAGS = 2;
const PACKETS_DROPPED = 4;

const INBOUND = 1;
const OUTBOUND = 2;

export interface Packet {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly sent: boolean;
  /** IP header and all that follows. */
  readonly bytes: Buffer;
  /** Packets before this one that are missing. */
  readonly lostBefore: number;
  readonly comment?: string | undefined;
}

/** What a section begins with: who wrote it, and its one interface. */
export function sectionStart(application: string, interfaceName: string): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  section.writeUInt16LE(1, 4);
  section.writeBigInt64LE(-1n, 8); // of unknown length
  const link = Buffer.alloc(8);
  link.writeUInt16LE(RAW_IP, 0);
  return Buffer.concat([
    block(SECTION_HEADER, section, options([USER_APPLICATION, Buffer.from(application)])),
    block(INTERFACE_DESCRIPTION, link, options([INTERFACE_NAME, Buffer.from(interfaceName)])),
  ]);
}

/** Lines in NSS key log format; they count for packets behind them. */
export function decryptionSecrets(keylog: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(TLS_KEY_LOG, 0);
  head.writeUInt32LE(keylog.length, 4);
  return block(DECRYPTION_SECRETS, head, padded(keylog));
}

export function enhancedPacket({ at, sent, bytes, lostBefore, comment }: Packet): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Math.floor(at / 2 ** 32), 4);
  head.writeUInt32LE(at % 2 ** 32, 8);
  head.writeUInt32LE(bytes.length, 12);
  head.writeUInt32LE(bytes.length, 16);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(sent ? OUTBOUND : INBOUND);
  const list: Option[] = [[PACKET_FLAGS, flags]];
  if (comment !== undefined) list.push([COMMENT, Buffer.from(comment)]);
  if (lostBefore > 0) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(lostBefore));
    list.push([PACKETS_DROPPED, count]);
  }
  return block(ENHANCED_PACKET, head, padded(bytes), options(...list));
}

type Option = readonly [code: number, value: Buffer];

function options(...list: Option[]): Buffer {
  const parts = list.flatMap(([code, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, padded(value)];
  });
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

function block(type: number, ...body: Buffer[]): Buffer {
  const size = body.reduce((sum, part) => sum + part.length, 12);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, ...body, head.subarray(4)], size);
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
