import type { UdpBackend } from '../binding.js';
import type { FaultOptions } from '../faults/fault-options.js';
import { type FaultRole, type FaultSettings, parseFaults } from '../faults/parse-faults.js';
import { type CaptureOptions, type CaptureSettings, parseCapture } from './capture.js';
import { boolean, integer, oneOf } from './check.js';
import { type HandshakeTimeoutSettings, type HandshakeTimeouts, parseHandshakeTimeouts } from './handshake-timeouts.js';
import { parseKeylogFile } from './keylog-file.js';
import type { DtlsVersion, VersionOptions } from './versions.js';

/** Options that servers and clients share, but for what is about security. */
export interface DtlsOptions extends VersionOptions<DtlsVersion> {
  /**
   * Largest datagram that is sent, UDP payload in bytes: handshake flights are cut to fit, and `innerMtu` is what is
   * left of it for a message. Integer 256..16384, default 1232 (IPv6's guaranteed 1280 without its headers).
   * Throws `ERR_INVALID_OPTION`. `SSL_set_mtu`.
   *
   * @example mtu: 576
   */
  mtu?: number | undefined;
  /**
   * When lost handshake flights are sent again, and when a handshake is given up. Default 1 to 60 seconds.
   * Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. RFC 6347 section 4.2.4.
   *
   * @example handshakeTimeouts: { min: 2_000, max: 30_000 }
   */
  handshakeTimeouts?: HandshakeTimeouts | undefined;
  /**
   * Who protects records once the handshake is complete. `'own'`, the default: this package, with OpenSSL's ciphers; a
   * connection then takes half a kilobyte. `'openssl'`: OpenSSL's `SSL`, which takes 36 KB or more; CBC suites always stay
   * with it. The bytes on the wire are the same. Throws `ERR_INVALID_OPTION`. RFC 6347 section 4.1.
   */
  recordLayer?: RecordLayer | undefined;
  /**
   * How datagrams are moved: `'mmsg'` uses `recvmmsg`/`sendmmsg` (Linux), `'uv'` uses libuv's portable sockets.
   * Default `'auto'`: the first where there is one. Throws `ERR_INVALID_OPTION`.
   */
  udpBackend?: UdpBackend | undefined;
  /**
   * Whether a message is given as a copy of its own. Default false: it is a view into a slab of 256 KiB that many
   * messages share. The bytes are yours and never change, but keeping one small message keeps its whole slab in memory:
   * set this to true, or copy yourself, when you keep messages for long. Never transfer the buffer of a view: the other
   * messages in the slab are lost then, and an uncaught `ERR_SLAB_DETACHED` says so. Throws `ERR_INVALID_OPTION`.
   */
  copyMessages?: boolean | undefined;
  /**
   * File to which the secrets of all handshakes are appended in NSS key log format, for Wireshark. A path, or false
   * for none; default is the environment variable `SSLKEYLOGFILE`. Created readable for its owner only. A file that
   * cannot be written is reported once as a process warning, and never disturbs a connection. Throws
   * `ERR_INVALID_OPTION`. `SSL_CTX_set_keylog_callback`.
   */
  keylogFile?: string | false | undefined;
  /**
   * For tests: a bad network between the socket and the system's. Default: none, at no cost. `{}` has no faults yet; the
   * `faults` of the socket or server sets others while it is in use. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   *
   * @example faults: { receive: [{ fault: 'lose', handshake: 'ServerHello', nth: 2 }] }
   */
  faults?: FaultOptions | undefined;
  /**
   * Captures the datagrams of the UDP socket into a file that Wireshark opens decrypted, from the first one to the close.
   * Default: none. A file that cannot be had makes `listen()` or `connect()` reject; one that cannot be written any more is
   * reported as a process warning, and never disturbs a connection. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   *
   * @example capture: { file: 'failed.pcapng', when: 'failure' }
   */
  capture?: CaptureOptions | undefined;
}

/** See the option `recordLayer`. */
export type RecordLayer = 'own' | 'openssl';

export interface DtlsSettings {
  readonly mtu: number;
  readonly handshakeTimeouts: HandshakeTimeoutSettings;
  readonly recordLayer: RecordLayer;
  readonly udpBackend: UdpBackend;
  readonly copyMessages: boolean;
  /** Undefined: no key log. */
  readonly keylogFile: string | undefined;
  readonly faults: FaultSettings | undefined;
  readonly capture: CaptureSettings | undefined;
}

export const dtlsOptionNames = [
  'mtu',
  'handshakeTimeouts',
  'recordLayer',
  'udpBackend',
  'copyMessages',
  'keylogFile',
  'faults',
  'capture',
] as const satisfies readonly (keyof DtlsOptions)[];

export function parseDtlsOptions(options: Record<string, unknown>, role: FaultRole): DtlsSettings {
  return {
    mtu: integer(options['mtu'], 'mtu', { min: 256, max: 16_384, unit: 'bytes', default: 1_232 }),
    handshakeTimeouts: parseHandshakeTimeouts(options['handshakeTimeouts']),
    recordLayer: oneOf(options['recordLayer'], 'recordLayer', ['own', 'openssl'], 'own'),
    udpBackend: oneOf(options['udpBackend'], 'udpBackend', ['auto', 'mmsg', 'uv'], 'auto'),
    copyMessages: boolean(options['copyMessages'], 'copyMessages', false),
    keylogFile: parseKeylogFile(options['keylogFile']),
    faults: options['faults'] === undefined ? undefined : parseFaults(options['faults'], role),
    capture: options['capture'] === undefined ? undefined : parseCapture(options['capture']),
  };
}
