/** Writes a fault proxy's log as a capture file (pcap, raw IPv4), for programs that read captures. */
import { writeFileSync } from 'node:fs';
import type { LogEntry } from './fault-proxy.js';

export interface PcapPorts {
  server: number;
  /** Stands for the client of link 0; link 1 gets the next one, and so on. */
  client: number;
}

const rawIpv4 = 228;
const loopback = [127, 0, 0, 1];

export function writePcap(file: string, log: readonly LogEntry[], ports: PcapPorts): void {
  writeFileSync(file, Buffer.concat([fileHeader(), ...log.map((entry) => packet(entry, ports))]));
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(rawIpv4, 20);
  return header;
}

function packet({ at, bytes, direction, link }: LogEntry, { server, client }: PcapPorts): Buffer {
  const header = Buffer.alloc(16 + 20 + 8);
  const size = 20 + 8 + bytes.length;
  const seconds = Math.floor(at / 1000);
  header.writeUInt32LE(seconds, 0);
  header.writeUInt32LE(Math.floor((at - seconds * 1000) * 1000), 4);
  header.writeUInt32LE(size, 8);
  header.writeUInt32LE(size, 12);

  header.writeUInt8(0x45, 16);
  header.writeUInt16BE(size, 18);
  header.writeUInt8(64, 24);
  header.writeUInt8(17, 25);
  header.set(loopback, 28);
  header.set(loopback, 32);

  const clientPort = client + link;
  header.writeUInt16BE(direction === 'toServer' ? clientPort : server, 36);
  header.writeUInt16BE(direction === 'toServer' ? server : clientPort, 38);
  header.writeUInt16BE(8 + bytes.length, 40);
  return Buffer.concat([header, bytes]);
}
