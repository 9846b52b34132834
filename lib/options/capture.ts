import { isIP } from 'node:net';
import { parseHost, parsePort } from './address.js';
import { boolean, integer, invalidOption, oneOf, optionsRecord, text } from './check.js';

/**
 * What goes into a capture file: pcapng, the datagrams of a UDP socket in both directions with the secrets that decrypt
 * them. Wireshark opens it in the clear, so it is to be kept as the keys are.
 */
export interface CaptureOptions {
  /**
   * Path of the file. Its folder must exist. What was there is replaced, unless `append` is true; the file is readable for
   * its owner only. Required. Throws `ERR_INVALID_OPTION`; starting the capture throws `ENOENT`, `EACCES`, ..., and `EBUSY`
   * when another capture of this thread writes to it.
   */
  file: string;
  /**
   * `'always'`, the default: every datagram at once. `'failure'`: the last datagrams of each peer are kept in memory, and
   * written when its handshake or its connection fails, or `Capture.save()` is called; as long as nothing fails there is no
   * file. Throws `ERR_INVALID_OPTION`.
   */
  when?: 'always' | 'failure' | undefined;
  /** Whether a file that exists is continued, by another section, rather than replaced. Default false. Throws `ERR_INVALID_OPTION`. */
  append?: boolean | undefined;
  /**
   * Size at which the file is full: what follows is counted in `Capture.dropped`. Integer 4096..1099511627776 bytes,
   * default 268435456 (256 MiB). Throws `ERR_INVALID_OPTION`.
   */
  maxBytes?: number | undefined;
  /**
   * With `'failure'`: what is kept of each peer, half of it for handshakes and alerts and half for messages; the oldest go
   * first. Integer 4096..268435456 bytes, default 65536. Throws `ERR_INVALID_OPTION`.
   */
  peerBytes?: number | undefined;
  /**
   * With `'failure'`: what is kept of all peers together; those that were silent for the longest time go first. Integer
   * 65536..4294967296 bytes, default 67108864 (64 MiB). Throws `ERR_INVALID_OPTION`.
   */
  memoryBytes?: number | undefined;
  /** Numeric: only datagrams from and to this IP address. Default: everybody's. Throws `ERR_INVALID_OPTION`. */
  remoteAddress?: string | undefined;
  /** Only datagrams from and to this UDP port of `remoteAddress`. Integer 1..65535, default: any. Throws `ERR_INVALID_OPTION`. */
  remotePort?: number | undefined;
}

export interface CaptureSettings {
  readonly file: string;
  readonly when: 'always' | 'failure';
  readonly append: boolean;
  readonly maxBytes: number;
  readonly peerBytes: number;
  readonly memoryBytes: number;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

const names = [
  'file',
  'when',
  'append',
  'maxBytes',
  'peerBytes',
  'memoryBytes',
  'remoteAddress',
  'remotePort',
] as const satisfies readonly (keyof CaptureOptions)[];

const onlyOnFailure = ['peerBytes', 'memoryBytes'] as const;

/** `where` is what the option is called: `capture`. */
export function parseCapture(value: unknown, where = 'capture'): CaptureSettings {
  const options = optionsRecord(value, where, names);
  const when = oneOf(options['when'], `${where}.when`, ['always', 'failure'], 'always');
  const contradicted = onlyOnFailure.find((name) => when === 'always' && options[name] !== undefined);
  if (contradicted !== undefined) {
    throw invalidOption(`${where}.${contradicted}`, options[contradicted], "when: 'failure' beside it");
  }
  const address = options['remoteAddress'];
  if (options['remotePort'] !== undefined && address === undefined) {
    throw invalidOption(`${where}.remotePort`, options['remotePort'], 'remoteAddress beside it');
  }
  const bytes = (name: keyof CaptureOptions, min: number, max: number, fallback: number) =>
    integer(options[name], `${where}.${name}`, { min, max, unit: 'bytes', default: fallback });
  return Object.freeze({
    file: text(options['file'], `${where}.file`, 'a path', (it) => it.length > 0 && !it.includes('\0')),
    when,
    append: boolean(options['append'], `${where}.append`, false),
    maxBytes: bytes('maxBytes', 4_096, 2 ** 40, 268_435_456),
    peerBytes: bytes('peerBytes', 4_096, 268_435_456, 65_536),
    memoryBytes: bytes('memoryBytes', 65_536, 2 ** 32, 67_108_864),
    remoteAddress: address === undefined ? undefined : parseNumeric(address, `${where}.remoteAddress`),
    remotePort:
      options['remotePort'] === undefined ? undefined : parsePort(options['remotePort'], `${where}.remotePort`, 1),
  });
}

function parseNumeric(value: unknown, name: string): string {
  const host = parseHost(value, name);
  if (isIP(host) !== 0) return host;
  throw invalidOption(name, value, 'a numeric IP address');
}
