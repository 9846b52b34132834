import type { FaultOptions } from '../../faults/fault-options.js';
import { type FaultSettings, parseFaults, refuseFaults } from '../../faults/parse-faults.js';
import { boolean, integer, invalidOption, optionsRecord, text } from '../../options/check.js';
import { AddressFamily } from '../socket-state.js';

/**
 * `avs_net_resolved_endpoint_t`: an address that is tried before others when the name still resolves to it, and that a
 * successful connect updates. Keep it, and give it to the next socket, to stay with one server of several.
 */
export interface ResolvedEndpoint {
  /** Numeric; empty: none yet. */
  address: string;
  /** 0..65535. */
  port: number;
}

/** `avs_net_socket_configuration_t`: the unencrypted socket below. A value out of range throws `EINVAL`. */
export interface BackendConfiguration {
  /** Differentiated services code point, 0..63; default 0: the system's. `IP_TOS`. */
  dscp?: number | undefined;
  /** 0..7; default 0: the system's. 7 needs a privilege. `SO_PRIORITY`. */
  priority?: number | undefined;
  /** Default false. `SO_REUSEADDR`. */
  reuseAddr?: boolean | undefined;
  /** Default false; needs a privilege. `IP_TRANSPARENT`. */
  transparent?: boolean | undefined;
  /** Interface that everything goes through; default '': any. `SO_BINDTODEVICE`. */
  interfaceName?: string | undefined;
  /** Used as it is, not copied: a successful connect writes to it. */
  preferredEndpoint?: ResolvedEndpoint | undefined;
  /** The only family that is used; default `AddressFamily.unspecified`: both. */
  addressFamily?: AddressFamily | undefined;
  /** Replaces what the system says about the path, bytes with IP header; default 0: ask the system. */
  forcedMtu?: number | undefined;
  /** The family that is tried first; default `AddressFamily.unspecified`: as the resolver sorts. */
  preferredFamily?: AddressFamily | undefined;
  /** UDP, for tests: a bad network below the socket, not a part of the C interface. Default: none. */
  faults?: FaultOptions | undefined;
}

export interface BackendSettings {
  readonly dscp: number;
  readonly priority: number;
  readonly reuseAddr: boolean;
  readonly transparent: boolean;
  readonly interfaceName: string;
  readonly preferredEndpoint: ResolvedEndpoint | undefined;
  readonly addressFamily: AddressFamily;
  readonly forcedMtu: number;
  readonly preferredFamily: AddressFamily;
  readonly faults: FaultSettings | undefined;
}

const names = [
  ...['dscp', 'priority', 'reuseAddr', 'transparent', 'interfaceName', 'preferredEndpoint', 'addressFamily'],
  ...['forcedMtu', 'preferredFamily', 'faults'],
];

/** `IF_NAMESIZE` without its terminator. */
const LONGEST_INTERFACE_NAME = 15;

export function parseBackendConfiguration(value: unknown, transport: 'datagram' | 'stream'): BackendSettings {
  const options = optionsRecord(value === undefined ? {} : value, 'backendConfiguration', names);
  if (transport === 'stream') refuseFaults(options);
  return Object.freeze({
    dscp: integer(options['dscp'], 'dscp', { min: 0, max: 63, default: 0 }),
    priority: integer(options['priority'], 'priority', { min: 0, max: 7, default: 0 }),
    reuseAddr: boolean(options['reuseAddr'], 'reuseAddr', false),
    transparent: boolean(options['transparent'], 'transparent', false),
    interfaceName: parseInterfaceName(options['interfaceName']),
    preferredEndpoint: parsePreferredEndpoint(options['preferredEndpoint']),
    addressFamily: parseAddressFamily(options['addressFamily'], 'addressFamily'),
    forcedMtu: parseForcedMtu(options['forcedMtu']),
    preferredFamily: parseAddressFamily(options['preferredFamily'], 'preferredFamily'),
    faults: options['faults'] === undefined ? undefined : parseFaults(options['faults'], 'client'),
  });
}

export function parseAddressFamily(value: unknown, name: string): AddressFamily {
  if (value === undefined) return AddressFamily.unspecified;
  if (Object.values(AddressFamily).includes(value as AddressFamily)) return value as AddressFamily;
  throw invalidOption(name, value, 'a member of AddressFamily');
}

function parseInterfaceName(value: unknown): string {
  if (value === undefined) return '';
  const expected = `an interface name of at most ${LONGEST_INTERFACE_NAME} bytes`;
  return text(value, 'interfaceName', expected, (it) => /^[^\s/\0]*$/.test(it) && it.length <= LONGEST_INTERFACE_NAME);
}

function parsePreferredEndpoint(value: unknown): ResolvedEndpoint | undefined {
  if (value === undefined) return undefined;
  const { address, port } = optionsRecord(value, 'preferredEndpoint', ['address', 'port']);
  text(address, 'preferredEndpoint.address', 'a numeric address, or an empty string', () => true);
  integer(port, 'preferredEndpoint.port', { min: 0, max: 65_535 });
  return value as ResolvedEndpoint;
}

/** 0 and below: automatic. */
function parseForcedMtu(value: unknown): number {
  const mtu = integer(value, 'forcedMtu', { min: -(2 ** 31), max: 2 ** 31 - 1, unit: 'bytes', default: 0 });
  return Math.max(0, mtu);
}
