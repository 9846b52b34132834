/** Capture files as tests need them: in a folder of the test's own, read by tshark. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { generate } from 'coap-packet';
import { startTool, type Tool } from './foreign/tools.js';
import { temporaryFolder } from './pki.js';

/** A CoAP request that tshark recognises. */
export const request: Buffer = generate({
  code: '0.02',
  messageId: 77,
  options: [{ name: 'Uri-Path', value: Buffer.from('rd') }],
});

export function captureFile(t: ExecutionContext): string {
  return path.join(temporaryFolder(t), 'capture.pcapng');
}

/** A packet as tshark shows it. */
export interface Dissected {
  readonly info: string;
  /** IP addresses and UDP ports. */
  readonly source: string;
  readonly target: string;
  readonly comment: string;
  /** Malformed, or a checksum is wrong. */
  readonly wrong: boolean;
}

const fields = [
  ...['_ws.col.Info', '_ws.col.Source', 'udp.srcport', '_ws.col.Destination', 'udp.dstport', 'frame.comment'],
  ...['_ws.malformed', 'ip.checksum.status', 'udp.checksum.status', 'udp.length.bad'],
].flatMap((field) => ['-e', field]);

const preferences = ['ip.check_checksum:TRUE', 'udp.check_checksum:TRUE'].flatMap((it) => ['-o', it]);

/** What tshark makes of a file by itself: nothing but the file tells it secrets. No packets without a file. */
export async function dissect(tool: Tool, file: string, port: number): Promise<Dissected[]> {
  if (!existsSync(file)) return [];
  const decoding = ['-d', `udp.port==${port},dtls`, '-d', `dtls.port==${port},coap`];
  const program = startTool(tool, ['-n', '-r', file, ...preferences, ...decoding, '-T', 'fields', ...fields]);
  if ((await program.exited) !== 0) throw new Error(program.output);
  return program.stdout.split('\n').filter(Boolean).map(parse);
}

/** The decrypted requests among them. */
export function requests(packets: readonly Dissected[]): number {
  return packets.filter(({ info }) => /MID:77, POST, .*\/rd/.test(info)).length;
}

/** For messages. */
export function list(packets: readonly Dissected[]): string {
  return packets.map(({ source, target, info }) => `${source} > ${target}: ${info}`).join('\n');
}

function parse(line: string): Dissected {
  const [info = '', source, sourcePort, target, targetPort, comment = '', malformed, ip, udp, length] =
    line.split('\t');
  const wrong = [malformed, length].some(Boolean) || ip === '0' || udp === '0';
  return { info, source: `${source} ${sourcePort}`, target: `${target} ${targetPort}`, comment, wrong };
}
