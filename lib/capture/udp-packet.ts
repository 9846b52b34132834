import { Buffer } from 'node:buffer';

const UDP = 17;
const HOP_LIMIT = 64;
const UDP_HEADER = 8;
const DONT_FRAGMENT = 0x4000;

export interface UdpEnd {
  /** 4 bytes, or 16. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** An IP packet with a UDP datagram, as it would have looked on a link without fragments. Memory of its own. */
export function udpPacket(source: UdpEnd, target: UdpEnd, payload: Uint8Array): Buffer {
  const v4 = source.address.length === 4;
  const ipHeader = v4 ? 20 : 40;
  const packet = Buffer.allocUnsafeSlow(ipHeader + UDP_HEADER + payload.length);
  packet.fill(0, 0, ipHeader + UDP_HEADER);
  const udpLength = UDP_HEADER + payload.length;
  if (v4) writeIpv4Header(packet, source.address, target.address);
  else writeIpv6Header(packet, source.address, target.address, udpLength);
  packet.writeUInt16BE(source.port, ipHeader);
  packet.writeUInt16BE(target.port, ipHeader + 2);
  packet.writeUInt16BE(udpLength & 0xffff, ipHeader + 4);
  packet.set(payload, ipHeader + UDP_HEADER);
  const pseudoHeader = sum(source.address) + sum(target.address) + UDP + udpLength;
  const checksum = fold(pseudoHeader + sum(packet.subarray(ipHeader)));
  packet.writeUInt16BE(checksum === 0 ? 0xffff : checksum, ipHeader + 6);
  return packet;
}

/** RFC 791. */
function writeIpv4Header(packet: Buffer, source: Uint8Array, target: Uint8Array): void {
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length & 0xffff, 2);
  packet.writeUInt16BE(DONT_FRAGMENT, 6);
  packet.writeUInt8(HOP_LIMIT, 8);
  packet.writeUInt8(UDP, 9);
  packet.set(source, 12);
  packet.set(target, 16);
  packet.writeUInt16BE(fold(sum(packet.subarray(0, 20))), 10);
}

/** RFC 8200. */
function writeIpv6Header(packet: Buffer, source: Uint8Array, target: Uint8Array, udpLength: number): void {
  packet.writeUInt8(0x60, 0);
  packet.writeUInt16BE(udpLength & 0xffff, 4);
  packet.writeUInt8(UDP, 6);
  packet.writeUInt8(HOP_LIMIT, 7);
  packet.set(source, 8);
  packet.set(target, 24);
}

/** Of 16-bit words, RFC 1071; exact for any packet. */
function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 1) total += (bytes[i] as number) << (i % 2 === 0 ? 8 : 0);
  return total;
}

function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded & 0xffff);
  return ~folded & 0xffff;
}
