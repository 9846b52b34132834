import { Transport } from '../binding.js';
import { refuseFaults } from '../faults/parse-faults.js';
import { parseHost, parsePort } from '../options/address.js';
import { boolean, integer, optionsRecord } from '../options/check.js';
import {
  parseServerSecurity,
  type ServerSecurity,
  type ServerSecurityOptions,
  serverSecurityNames,
} from '../options/server-security.js';
import { parseTlsOptions, type TlsOptions, type TlsSettings, tlsOptionNames } from './tls-options.js';

/** Options of a {@link TlsServer}. */
export interface TlsServerOptions extends TlsOptions, ServerSecurityOptions {
  /**
   * Largest number of connections at a time, handshakes in progress included; one above it is closed at once, and
   * `counters().connectionsRefused` counts it. Integer 1..1048575, default 100000. Throws `ERR_INVALID_OPTION`.
   */
  maxConnections?: number | undefined;
}

export interface TlsServerSettings extends TlsSettings {
  readonly maxConnections: number;
  readonly security: ServerSecurity;
}

/** Where a {@link TlsServer} takes clients. */
export interface TlsListenOptions {
  /**
   * Address or host name to bind. Default `'::'`, which takes IPv4 and IPv6 alike, or `'0.0.0.0'` on a system without
   * IPv6: every interface, as with Node's own servers. For tests say `'127.0.0.1'` or `'::1'`.
   * Throws `ERR_INVALID_OPTION`; `EADDRNOTAVAIL`, `ENOTFOUND` when there is no such address. `bind(2)`.
   */
  host?: string | undefined;
  /**
   * TCP port. Integer 0..65535, default 0: the system chooses, `address()` tells. LwM2M's own is 5684.
   * Throws `ERR_INVALID_OPTION`; `EADDRINUSE`, `EACCES`. `bind(2)`.
   */
  port?: number | undefined;
  /** Whether an IPv6 socket refuses IPv4. Default false: dual stack. Throws `ERR_INVALID_OPTION`. `IPV6_V6ONLY`. */
  ipv6Only?: boolean | undefined;
  /** How many connections may wait to be accepted. Integer 1..65535, default 511. Throws `ERR_INVALID_OPTION`. `listen(2)`. */
  backlog?: number | undefined;
}

export interface TlsListenSettings {
  /** Undefined: every interface, with the fallback to IPv4. */
  readonly host: string | undefined;
  readonly port: number;
  readonly ipv6Only: boolean;
  readonly backlog: number;
}

const serverNames = [...tlsOptionNames, ...serverSecurityNames, 'maxConnections'];
const listenNames: readonly (keyof TlsListenOptions)[] = ['host', 'port', 'ipv6Only', 'backlog'];

export function parseTlsServerOptions(value: unknown): TlsServerSettings {
  refuseFaults(value);
  const options = optionsRecord(value, 'TlsServer', serverNames);
  const range = { min: 1, max: 1_048_575, default: 100_000 };
  return Object.freeze({
    ...parseTlsOptions(options),
    maxConnections: integer(options['maxConnections'], 'maxConnections', range),
    security: parseServerSecurity(options, Transport.stream),
  });
}

export function parseTlsListenOptions(value: unknown): TlsListenSettings {
  const options = optionsRecord(value, 'listen', listenNames);
  return Object.freeze({
    host: options['host'] === undefined ? undefined : parseHost(options['host'], 'host'),
    port: parsePort(options['port'], 'port', 0),
    ipv6Only: boolean(options['ipv6Only'], 'ipv6Only', false),
    backlog: integer(options['backlog'], 'backlog', { min: 1, max: 65_535, default: 511 }),
  });
}
