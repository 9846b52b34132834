import { EndpointFlag } from '../binding.js';
import { parseHost, parsePort } from './address.js';
import { boolean, integer, optionsRecord } from './check.js';

/** Where a {@link DtlsServer} takes clients. */
export interface ListenOptions {
  /**
   * Address or host name to bind. Default `'::'`, which takes IPv4 and IPv6 alike, or `'0.0.0.0'` on a system without
   * IPv6: every interface, as with Node's own sockets. For tests say `'127.0.0.1'` or `'::1'`.
   * Throws `ERR_INVALID_OPTION`; `EADDRNOTAVAIL`, `ENOTFOUND` when there is no such address. `bind(2)`.
   */
  host?: string | undefined;
  /**
   * UDP port. Integer 0..65535, default 0: the system chooses, `address()` tells. LwM2M's own is 5684.
   * Throws `ERR_INVALID_OPTION`; `EADDRINUSE`, `EACCES`. `bind(2)`.
   */
  port?: number | undefined;
  /** Whether an IPv6 socket refuses IPv4. Default false: dual stack. Throws `ERR_INVALID_OPTION`. `IPV6_V6ONLY`. */
  ipv6Only?: boolean | undefined;
  /** Whether the address may be taken though another socket has it. Default false. Throws `ERR_INVALID_OPTION`. `SO_REUSEADDR`. */
  reuseAddress?: boolean | undefined;
  /**
   * Whether several sockets, of several worker threads say, share the port and the kernel spreads the peers over them.
   * Default false. Throws `ERR_INVALID_OPTION`; `ENOTSUP` where the system has none. `SO_REUSEPORT`.
   */
  reusePort?: boolean | undefined;
  /**
   * Size of the kernel's receive buffer, bytes. Integer 0..2147483647, default 0: 4 MiB, or as near as the system lets
   * us, so that a storm of handshakes is not dropped. Throws `ERR_INVALID_OPTION`. `SO_RCVBUF`.
   */
  receiveBufferSize?: number | undefined;
  /** Size of the kernel's send buffer, bytes; as `receiveBufferSize`. `SO_SNDBUF`. */
  sendBufferSize?: number | undefined;
}

export interface ListenSettings {
  /** Undefined: every interface, with the fallback to IPv4. */
  readonly host: string | undefined;
  readonly port: number;
  /** Bits of `EndpointFlag`. */
  readonly flags: number;
  readonly receiveBufferSize: number;
  readonly sendBufferSize: number;
}

const names: readonly (keyof ListenOptions)[] = [
  'host',
  'port',
  'ipv6Only',
  'reuseAddress',
  'reusePort',
  'receiveBufferSize',
  'sendBufferSize',
];

export function parseListenOptions(value: unknown): ListenSettings {
  const options = optionsRecord(value, 'listen', names);
  const flag = (name: keyof typeof EndpointFlag) => (boolean(options[name], name, false) ? EndpointFlag[name] : 0);
  return Object.freeze({
    host: options['host'] === undefined ? undefined : parseHost(options['host'], 'host'),
    port: parsePort(options['port'], 'port', 0),
    flags: flag('ipv6Only') | flag('reuseAddress') | flag('reusePort'),
    receiveBufferSize: bufferSize(options['receiveBufferSize'], 'receiveBufferSize'),
    sendBufferSize: bufferSize(options['sendBufferSize'], 'sendBufferSize'),
  });
}

function bufferSize(value: unknown, name: string): number {
  return integer(value, name, { min: 0, max: 2_147_483_647, unit: 'bytes', default: 0 });
}
