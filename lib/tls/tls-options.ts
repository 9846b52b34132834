import { boolean, integer } from '../options/check.js';
import { parseKeylogFile } from '../options/keylog-file.js';
import type { TlsVersion, VersionOptions } from '../options/versions.js';

/** Options that TLS servers and clients share, but for what is about security. */
export interface TlsOptions extends VersionOptions<TlsVersion> {
  /**
   * How long a handshake may take; a client's clock begins with connecting TCP. Integer 1..3600000 ms, default 30000.
   * After that it fails with `ETIMEDOUT`. Throws `ERR_INVALID_OPTION`.
   */
  handshakeTimeout?: number | undefined;
  /**
   * Whether our direction stays open when the peer has ended its own; `end()` is up to you then. Default false: it ends by
   * itself, as with `net.Socket`. Throws `ERR_INVALID_OPTION`. RFC 8446 section 6.1.
   */
  allowHalfOpen?: boolean | undefined;
  /** Whether small writes leave at once, without Nagle's algorithm. Default true. Throws `ERR_INVALID_OPTION`. `TCP_NODELAY`. */
  noDelay?: boolean | undefined;
  /**
   * File to which the secrets of all handshakes are appended in NSS key log format, for Wireshark. A path, or false
   * for none; default is the environment variable `SSLKEYLOGFILE`. Created readable for its owner only. A file that
   * cannot be written is reported once as a process warning, and never disturbs a connection. Throws
   * `ERR_INVALID_OPTION`. `SSL_CTX_set_keylog_callback`.
   */
  keylogFile?: string | false | undefined;
}

export interface TlsSettings {
  readonly handshakeTimeout: number;
  readonly allowHalfOpen: boolean;
  readonly noDelay: boolean;
  /** Undefined: no key log. */
  readonly keylogFile: string | undefined;
}

export const tlsOptionNames = [
  'handshakeTimeout',
  'allowHalfOpen',
  'noDelay',
  'keylogFile',
] as const satisfies readonly (keyof TlsOptions)[];

export function parseTlsOptions(options: Record<string, unknown>): TlsSettings {
  const range = { min: 1, max: 3_600_000, unit: 'ms', default: 30_000 };
  return {
    handshakeTimeout: integer(options['handshakeTimeout'], 'handshakeTimeout', range),
    allowHalfOpen: boolean(options['allowHalfOpen'], 'allowHalfOpen', false),
    noDelay: boolean(options['noDelay'], 'noDelay', true),
    keylogFile: parseKeylogFile(options['keylogFile']),
  };
}
