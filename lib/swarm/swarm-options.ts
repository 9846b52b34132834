import { Transport } from '../binding.js';
import { parseHost, parsePort } from '../options/address.js';
import { algorithmOptionNames } from '../options/algorithms.js';
import type { PemOrDer } from '../options/certificates.js';
import { boolean, integer, invalidOption, optionsRecord } from '../options/check.js';
import { type ClientSecurity, type ClientSecurityOptions, parseClientSecurity } from '../options/client-security.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from '../options/dtls-options.js';
import { serverNameOptionNames } from '../options/server-name.js';
import { trustOptionNames } from '../options/trust.js';
import { versionOptionNames } from '../options/versions.js';
import { type AddressPool, parseAddressPool } from './address-pool.js';
import { type DeviceCredentials, parseDeviceCredentials } from './device-credentials.js';
import { type Pattern, parsePattern } from './pattern.js';

/** What one device proves itself with. */
export interface DevicePsk {
  /** 1 to 127 bytes as UTF-8, without a NUL. */
  identity: string;
  /** 1 to 256 bytes. */
  key: Uint8Array;
}

/** Identities and keys of all devices. */
export interface DevicePsks {
  /** A printf pattern with the number of the device, from 0: `'dev-%06d'`. `%d`, `%x`, `%X`, width, zeros. */
  identity: string;
  /** The same key for all: bytes, or hexadecimal. Or a pattern that gives hexadecimal: `'%032x'`. */
  key: Uint8Array | string;
}

/** What one device proves itself with; as the options of the same names of `connect()`. */
export interface DeviceCertificate {
  /** The certificate, and after it the intermediate ones. */
  cert: PemOrDer;
  /** Its private key, not encrypted. */
  key: string | Uint8Array;
}

/** Certificates of all devices, read from files at each handshake. */
export interface DeviceCertificates {
  /** A file name with the number of the device, as in {@link DevicePsks.identity}: `'pki/dev-%d.pem'`. */
  cert: string;
  /** The same for the private key. */
  key: string;
}

/** Options of a {@link Swarm}, and with them most of those of `connect()`. */
export interface SwarmOptions
  extends Omit<DtlsOptions, 'udpBackend'>,
    Omit<ClientSecurityOptions, 'psk' | 'dane' | 'session' | 'cert' | 'key' | 'passphrase'> {
  /** The server, for all devices: an IP address, or a name that `open()` looks up once. Required. Throws `ERR_INVALID_OPTION`; `ENOTFOUND`. */
  host: string;
  /** UDP port of the server. Integer 1..65535, required. Throws `ERR_INVALID_OPTION`. */
  port: number;
  /**
   * How many devices there are. Integer 1..1000000, required but with `devicesFile`, where the default is all that stand
   * there. Throws `ERR_INVALID_OPTION`.
   */
  devices?: number | undefined;
  /**
   * Pre-shared keys: a pattern for all, or a function that gives those of one device whenever it connects. Nothing of a
   * pattern is kept for each device. Default: none. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`.
   *
   * @example psk: { identity: 'dev-%06d', key: '%032x' }
   */
  psk?: DevicePsks | ((index: number) => DevicePsk) | undefined;
  /**
   * Certificates of the devices: names of files by pattern, or a function. Default: none. Throws `ERR_INVALID_OPTION`; what
   * is wrong with those of one device is told by its `connect()`.
   *
   * @example certificates: { cert: 'pki/dev-%d.pem', key: 'pki/dev-%d.key' }
   */
  certificates?: DeviceCertificates | ((index: number) => DeviceCertificate) | undefined;
  /**
   * A CSV file with a header, or a JSON array of objects, instead of `psk` or `certificates`: `identity` and `key`
   * (hexadecimal), or `certFile` and `keyFile` (from the folder of the file), and `endpoint` where it is not the identity.
   * Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`; `ENOENT`.
   */
  devicesFile?: string | undefined;
  /** LwM2M endpoint names, by pattern. Default: those of `devicesFile`, else the PSK identity, else `dev-%06d`. Throws `ERR_INVALID_OPTION`. */
  endpoint?: string | undefined;
  /**
   * Addresses to send from in CIDR notation: each socket serves many devices, one for each address. They must be this
   * machine's: all of `127.0.0.0/8` are, others are with `ip route add local PREFIX dev lo`, or on an interface. Default:
   * the system chooses, and each device has a socket. Throws `ERR_INVALID_OPTION`; `EADDRNOTAVAIL`. `IP_PKTINFO`.
   *
   * @example sourceAddresses: '127.0.0.0/8'
   */
  sourceAddresses?: string | undefined;
  /**
   * How many devices share a socket, with an address each. Integer, at most what `sourceAddresses` holds, which is the
   * default; 1 without them. Throws `ERR_INVALID_OPTION`.
   */
  devicesPerSocket?: number | undefined;
  /**
   * Whether each device keeps its session, to resume it: some 250 bytes with a PSK, more with certificates. Default false.
   * Throws `ERR_INVALID_OPTION`.
   */
  sessions?: boolean | undefined;
}

export interface SwarmSettings extends DtlsSettings {
  readonly host: string;
  readonly port: number;
  readonly devices: number;
  readonly credentials: DeviceCredentials;
  /** Of all devices; what is a device's own is not in it. */
  readonly security: ClientSecurity;
  readonly endpoint: Pattern | undefined;
  readonly pool: AddressPool | undefined;
  readonly sockets: number;
  readonly sessions: boolean;
}

const securityNames = [
  ...trustOptionNames,
  ...serverNameOptionNames,
  ...algorithmOptionNames,
  ...versionOptionNames,
  'tickets',
] as const;

const names = [
  ...dtlsOptionNames.filter((name) => name !== 'udpBackend'),
  ...securityNames,
  ...['host', 'port', 'devices', 'psk', 'certificates', 'devicesFile', 'endpoint'],
  ...['sourceAddresses', 'devicesPerSocket', 'sessions'],
];

const MOST_DEVICES = 1_000_000;

/** Stands for the credentials of the devices where only their kind matters. */
const placeholder = Object.freeze({ identity: '?', key: Uint8Array.of(0) });

export function parseSwarmOptions(value: unknown): SwarmSettings {
  const options = optionsRecord(value, 'Swarm', names);
  const host = parseHost(options['host'], 'host');
  const port = parsePort(options['port'], 'port', 1);
  const dtls = parseDtlsOptions(options, 'swarm');
  const credentials = parseDeviceCredentials(options);
  const devices = parseDevices(options['devices'], credentials);
  const sessions = boolean(options['sessions'], 'sessions', false);
  const pool = options['sourceAddresses'] === undefined ? undefined : parseAddressPool(options['sourceAddresses']);
  const security = Object.fromEntries(securityNames.map((name) => [name, options[name]]));
  if (credentials.kind === 'psk') security['psk'] = placeholder;
  if (!sessions) security['session'] = false;
  return Object.freeze({
    ...dtls,
    host,
    port,
    devices,
    credentials,
    security: parseClientSecurity(security, Transport.datagram, host),
    endpoint: options['endpoint'] === undefined ? undefined : parsePattern(options['endpoint'], 'endpoint'),
    pool,
    sockets: Math.ceil(devices / parseDevicesPerSocket(options['devicesPerSocket'], pool)),
    sessions,
  });
}

function parseDevices(value: unknown, { count }: DeviceCredentials): number {
  if (value === undefined && count !== undefined && count <= MOST_DEVICES) return count;
  const most = Math.min(count ?? MOST_DEVICES, MOST_DEVICES);
  if (count !== undefined && typeof value === 'number' && value > count) {
    throw invalidOption('devices', value, `at most ${count}, as many as devicesFile has`);
  }
  return integer(value, 'devices', { min: 1, max: most });
}

function parseDevicesPerSocket(value: unknown, pool: AddressPool | undefined): number {
  if (pool !== undefined) return integer(value, 'devicesPerSocket', { min: 1, max: pool.size, default: pool.size });
  if (value === undefined || value === 1) return 1;
  throw invalidOption(
    'devicesPerSocket',
    value,
    '1',
    "devices that share a socket need addresses of their own: give sourceAddresses, such as '127.0.0.0/8'",
  );
}
