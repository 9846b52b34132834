import { readFileSync } from 'node:fs';
import type { ConnectOptions } from 'lwm2m-tls';
import type { SimulatedDeviceOptions } from 'lwm2m-tls/lwm2m';
import type { Script } from './artillery.js';
import { EngineError } from './engine-error.js';
import { flag, integer, invalid, record, text } from './fields.js';
import { fillPattern } from './pattern.js';

/** `config.lwm2m-tls` of a script. Texts may hold patterns: the device's number, `%06d`, and variables of the virtual user, `%{identity}`. */
export interface EngineOptions {
  /** Identity, and key in hexadecimal. */
  psk?: { identity: string; key: string };
  /** PEM files: of the device, its key, and whom it trusts. */
  cert?: string;
  key?: string;
  ca?: string;
  servername?: string;
  /** Default true. */
  rejectUnauthorized?: boolean;
  /** LwM2M endpoint name. Default: the PSK identity. */
  endpoint?: string;
  cipherSuites?: string[];
  mtu?: number;
  handshakeTimeouts?: ConnectOptions['handshakeTimeouts'];
  localAddress?: string;
  recordLayer?: 'own' | 'openssl';
  /** Of Register, as the options of a `SimulatedDevice`. */
  lifetime?: number;
  version?: string;
  binding?: string;
  objects?: string;
  /** Of CoAP requests. */
  transmission?: SimulatedDeviceOptions['transmission'];
  /**
   * How many devices there are: virtual users above it are devices that have been there before, with their sessions and
   * registrations. Default: each virtual user is a new device.
   */
  devices?: number;
  /** Number of the first device, default 0: another one for each machine. */
  firstDevice?: number;
  /** Whether sessions are kept for the step `resume`. Default true. */
  sessions?: boolean;
}

export interface EngineSettings {
  readonly host: string;
  readonly port: number;
  readonly devices: number | undefined;
  readonly firstDevice: number;
  readonly sessions: boolean;
  /** Of a device; `variables` are those of its virtual user. */
  deviceOptions(device: number, variables: Readonly<Record<string, unknown>>): SimulatedDeviceOptions;
}

const names = [
  ...['psk', 'cert', 'key', 'ca', 'servername', 'rejectUnauthorized', 'endpoint', 'cipherSuites', 'mtu'],
  ...[
    'handshakeTimeouts',
    'localAddress',
    'recordLayer',
    'lifetime',
    'version',
    'binding',
    'objects',
    'transmission',
    'devices',
    'firstDevice',
    'sessions',
  ],
];

/** What is passed to each association as it is: `connect()` checks it. */
const passedOn = [
  ...['servername', 'rejectUnauthorized', 'cipherSuites', 'mtu', 'handshakeTimeouts', 'localAddress', 'recordLayer'],
  ...['lifetime', 'version', 'binding', 'objects', 'transmission'],
];

const COAPS_PORT = 5684;

/** Throws an `EngineError`. */
export function parseEngineOptions({ config }: Script): EngineSettings {
  const where = 'config.lwm2m-tls';
  const options = record(config['lwm2m-tls'], where, names);
  const psk = options['psk'] === undefined ? undefined : record(options['psk'], `${where}.psk`, ['identity', 'key']);
  const identity = psk && required(psk['identity'], `${where}.psk.identity`);
  const key = psk && required(psk['key'], `${where}.psk.key`);
  const endpoint = text(options['endpoint'], `${where}.endpoint`);
  const files = { cert: options['cert'], key: options['key'], ca: options['ca'] };
  const shared = Object.fromEntries(passedOn.filter((name) => name in options).map((name) => [name, options[name]]));
  if (psk === undefined && files.cert === undefined && files.ca === undefined) {
    throw new EngineError('ERR_INVALID_OPTION', `${where}: devices need psk, or cert and key, or ca`);
  }
  const { devices } = options;
  return {
    ...parseTarget(config.target),
    devices: devices === undefined ? undefined : integer(devices, `${where}.devices`, { min: 1, max: 1e9 }, 1),
    firstDevice: integer(options['firstDevice'], `${where}.firstDevice`, { min: 0, max: 1e9 }, 0),
    sessions: flag(options['sessions'], `${where}.sessions`, true),
    deviceOptions(device, variables) {
      const fill = (text: string): string => fillPattern(text, device, variables);
      const pem = Object.entries(files)
        .filter(([, file]) => file !== undefined)
        .map(([name, file]) => [name, readPem(fill(required(file, `${where}.${name}`)))]);
      return {
        ...parseTarget(config.target),
        ...shared,
        ...Object.fromEntries(pem),
        ...(identity !== undefined &&
          key !== undefined && { psk: { identity: fill(identity), key: keyOf(fill(key)) } }),
        ...(endpoint === undefined
          ? identity === undefined && { endpoint: fill('dev-%06d') }
          : { endpoint: fill(endpoint) }),
      };
    },
  };
}

/** `coaps://host:port`, LwM2M's own port when there is none. */
export function parseTarget(target: unknown): { readonly host: string; readonly port: number } {
  const url = typeof target === 'string' && URL.canParse(target) ? new URL(target) : undefined;
  const isPlain = url !== undefined && /^\/?$/.test(url.pathname) && url.search === '' && url.username === '';
  if (url?.protocol !== 'coaps:' || url.hostname === '' || !isPlain) {
    throw new EngineError('ERR_INVALID_TARGET', `config.target: got ${String(target)}, expected coaps://host:port`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? COAPS_PORT : Number(url.port) };
}

function required(value: unknown, where: string): string {
  const given = text(value, where);
  if (given === undefined) throw invalid(where, value, 'a text');
  return given;
}

/** Never shown in a message. */
function keyOf(hexadecimal: string): Buffer {
  if (/^([0-9a-f]{2})+$/i.test(hexadecimal)) return Buffer.from(hexadecimal, 'hex');
  throw new EngineError('ERR_INVALID_PSK', 'config.lwm2m-tls.psk.key: expected pairs of hexadecimal digits');
}

const read = new Map<string, Buffer>();

/** Read once: a thousand devices may share it. */
function readPem(file: string): Buffer {
  const known = read.get(file);
  if (known !== undefined) return known;
  const content = readFileSync(file);
  if (read.size < 1_000) read.set(file, content);
  return content;
}
