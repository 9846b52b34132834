import { Duplex } from 'node:stream';
import { Transport } from '../binding.js';
import { refuseFaults } from '../faults/parse-faults.js';
import { parseHost, parsePort } from '../options/address.js';
import { boolean, invalidOption, optionsRecord } from '../options/check.js';
import {
  type ClientSecurity,
  type ClientSecurityOptions,
  clientSecurityNames,
  parseClientSecurity,
  wipeClientSecrets,
} from '../options/client-security.js';
import { parseTlsOptions, type TlsOptions, type TlsSettings, tlsOptionNames } from './tls-options.js';

export interface ConnectTlsOptions extends TlsOptions, ClientSecurityOptions {
  /**
   * Server to connect to: an IP address, or a name whose addresses are tried in turn. Required, unless `socket` is given;
   * then it only stands for `servername` and `checkName`. Throws `ERR_INVALID_OPTION`; `ENOTFOUND`. `dns.lookup`, `connect(2)`.
   */
  host?: string | undefined;
  /** TCP port of the server. Integer 1..65535, required unless `socket` is given. LwM2M's own is 5684. Throws `ERR_INVALID_OPTION`. */
  port?: number | undefined;
  /**
   * What carries the connection instead of a TCP socket of its own: any byte stream, connected already, that nobody else
   * reads or writes; a `net.Socket` should be made with `allowHalfOpen`. It is closed with the connection, or when that fails.
   * Throws `ERR_INVALID_OPTION`.
   */
  socket?: Duplex | undefined;
  /** Local address to connect from. Default: the system chooses. Throws `ERR_INVALID_OPTION`; `EADDRNOTAVAIL`. `bind(2)`. */
  localAddress?: string | undefined;
  /** Local TCP port. Integer 0..65535, default 0: the system chooses. Throws `ERR_INVALID_OPTION`; `EADDRINUSE`. `bind(2)`. */
  localPort?: number | undefined;
  /** Ends an attempt to connect with `ABORT_ERR`; without effect afterwards. Throws `ERR_INVALID_OPTION`. */
  signal?: AbortSignal | undefined;
  /**
   * Whether the secrets of this connection are kept on the socket and given to the first listener of its `'keylog'`
   * event. Default false. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_keylog_callback`.
   */
  keylog?: boolean | undefined;
}

/** Where to, when there is no transport yet. */
export interface TcpTarget {
  readonly host: string;
  readonly port: number;
  /** Undefined: any. */
  readonly localAddress: string | undefined;
  readonly localPort: number;
}

export interface TlsClientSettings extends TlsSettings {
  readonly target: TcpTarget | Duplex;
  readonly signal: AbortSignal | undefined;
  readonly keylog: boolean;
  readonly security: ClientSecurity;
}

const names = [
  ...tlsOptionNames,
  ...clientSecurityNames,
  ...['host', 'port', 'socket', 'localAddress', 'localPort', 'signal', 'keylog'],
];

export function parseConnectTlsOptions(value: unknown): TlsClientSettings {
  refuseFaults(value);
  const options = optionsRecord(value, 'connectTls', names);
  const { socket, signal } = options;
  const target = socket === undefined ? parseTarget(options) : parseSocket(options);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidOption('signal', signal, 'an AbortSignal');
  return Object.freeze({
    ...parseTlsOptions(options),
    target,
    signal,
    keylog: boolean(options['keylog'], 'keylog', false),
    security: parseSecurity(options), // last: it makes copies of secrets
  });
}

/** Without a host there may be nobody whom the certificate must be for, and that must be said. */
function parseSecurity(options: Record<string, unknown>): ClientSecurity {
  const { host, checkName } = options;
  const security = parseClientSecurity(options, Transport.stream, host === undefined ? '' : parseHost(host, 'host'));
  const trustsCertificates = security.systemTrust || security.trustAnchors.length > 0 || security.tlsa !== null;
  if (security.verifyName !== '' || checkName === false || !trustsCertificates) return security;
  wipeClientSecrets(security);
  throw invalidOption(
    'host',
    host,
    'a host name or an IP address',
    'or say by servername or checkName who must answer',
  );
}

function parseTarget(options: Record<string, unknown>): TcpTarget {
  const { localAddress } = options;
  return Object.freeze({
    host: parseHost(options['host'], 'host'),
    port: parsePort(options['port'], 'port', 1),
    localAddress: localAddress === undefined ? undefined : parseHost(localAddress, 'localAddress'),
    localPort: parsePort(options['localPort'], 'localPort', 0),
  });
}

function parseSocket(options: Record<string, unknown>): Duplex {
  const { socket } = options;
  for (const name of ['port', 'localAddress', 'localPort']) {
    if (options[name] === undefined) continue;
    throw invalidOption(name, options[name], 'nothing together with socket', 'the socket is connected already');
  }
  if (socket instanceof Duplex && !socket.readableObjectMode && !socket.writableObjectMode) return socket;
  throw invalidOption('socket', socket, 'a stream.Duplex of bytes');
}
