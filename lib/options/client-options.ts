import { Transport } from '../binding.js';
import { parseHost, parsePort } from './address.js';
import { boolean, invalidOption, optionsRecord } from './check.js';
import {
  type ClientSecurity,
  type ClientSecurityOptions,
  clientSecurityNames,
  parseClientSecurity,
} from './client-security.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from './dtls-options.js';
import type { PskCredentials, PskSource } from './psk.js';

export interface ConnectOptions extends DtlsOptions, Omit<ClientSecurityOptions, 'psk'> {
  /**
   * Identity and key, or a function that gives them when the attempt begins, before the host name is looked up. `signal` ends
   * the wait for it; what it throws, or rejects with, is the `cause` of `ERR_QUESTION_FAILED`. It hears nothing of the
   * server: a hint in ServerKeyExchange (RFC 4279, 5.2) is not used in LwM2M and ignored. Default: none, the server has a
   * certificate. Throws `ERR_INVALID_PSK`. `SSL_CTX_set_psk_client_callback`.
   *
   * @example psk: async ({ host }) => vault.credentialsFor(host)
   */
  psk?: PskCredentials | PskSource | undefined;
  /**
   * Server to connect to: an IP address, or a name whose first address of the system's resolver is taken. Required.
   * Throws `ERR_INVALID_OPTION`; `ENOTFOUND`. `dns.lookup`, `connect(2)`.
   */
  host: string;
  /** UDP port of the server. Integer 1..65535, required. LwM2M's own is 5684. Throws `ERR_INVALID_OPTION`. */
  port: number;
  /**
   * Local address to send from. Default: the system chooses. It also decides the family when `host` is a name.
   * Throws `ERR_INVALID_OPTION`; `EADDRNOTAVAIL`. `bind(2)`.
   */
  localAddress?: string | undefined;
  /** Local UDP port. Integer 0..65535, default 0: the system chooses. Throws `ERR_INVALID_OPTION`; `EADDRINUSE`. `bind(2)`. */
  localPort?: number | undefined;
  /** Ends an attempt to connect with `ABORT_ERR`; without effect afterwards. Throws `ERR_INVALID_OPTION`. */
  signal?: AbortSignal | undefined;
  /**
   * Whether the secrets of this connection are kept on the socket and given to the first listener of its `'keylog'`
   * event. Default false. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_keylog_callback`.
   */
  keylog?: boolean | undefined;
}

export interface ClientSettings extends DtlsSettings {
  readonly host: string;
  readonly port: number;
  readonly security: ClientSecurity;
  /** Undefined: any address of the server's family. */
  readonly localAddress: string | undefined;
  readonly localPort: number;
  readonly signal: AbortSignal | undefined;
  readonly keylog: boolean;
}

const names = [
  ...dtlsOptionNames,
  ...clientSecurityNames,
  ...['host', 'port', 'localAddress', 'localPort', 'signal', 'keylog'],
];

export function parseConnectOptions(value: unknown): ClientSettings {
  const options = optionsRecord(value, 'connect', names);
  const host = parseHost(options['host'], 'host');
  return Object.freeze({
    ...parseDtlsOptions(options, 'client'),
    host,
    port: parsePort(options['port'], 'port', 1),
    localAddress:
      options['localAddress'] === undefined ? undefined : parseHost(options['localAddress'], 'localAddress'),
    localPort: parsePort(options['localPort'], 'localPort', 0),
    signal: parseSignal(options['signal']),
    keylog: boolean(options['keylog'], 'keylog', false),
    security: parseClientSecurity(options, Transport.datagram, host), // last: it makes copies of secrets
  });
}

function parseSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw invalidOption('signal', value, 'an AbortSignal');
}
