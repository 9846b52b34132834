import { type ConnectOptions, TlsError } from '../index.js';
import { integer, invalidOption, optionsRecord, secretsRecord, text } from '../options/check.js';
import { parseLinkFormat } from './link-format.js';
import { BINDING, LONGEST_LIFETIME_SECONDS, VERSION } from './registration-query.js';
import { parseTransmission, type TransmissionParameters } from './transmission-parameters.js';

export interface SimulatedDeviceOptions extends ConnectOptions {
  /**
   * Endpoint client name, 1 to 252 bytes as UTF-8: what fits one Uri-Query option. Default: the PSK identity; required
   * without one. Throws `ERR_INVALID_OPTION`.
   */
  endpoint?: string | undefined;
  /**
   * Lifetime that Register asks for. Integer 0..4294967295 seconds. Default: none, the server decides. Throws
   * `ERR_INVALID_OPTION`.
   */
  lifetime?: number | undefined;
  /** LwM2M enabler version, two numbers with a dot. Default `'1.1'`. Throws `ERR_INVALID_OPTION`. */
  version?: string | undefined;
  /** Binding modes: up to seven of the letters U, M, H, T, S, N and Q. Default `'U'`. Throws `ERR_INVALID_OPTION`. */
  binding?: string | undefined;
  /**
   * Objects and instances in link format. Default: Server and Device, `</1/0>,</3/0>`. Throws `ERR_INVALID_OPTION`.
   */
  objects?: string | undefined;
  /**
   * CoAP timing; what is missing has the value of RFC 7252. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   *
   * @example transmission: { ackTimeout: 500, maxRetransmit: 2 }
   */
  transmission?: Partial<TransmissionParameters> | undefined;
}

/** What an update changes; what is missing stays. Each as the option of the same name of {@link SimulatedDeviceOptions}. */
export interface DeviceUpdate {
  /** Seconds. */
  lifetime?: number | undefined;
  /** Binding modes, such as `'U'`. */
  binding?: string | undefined;
  /** Link format. */
  objects?: string | undefined;
}

export interface SimulatedDeviceSettings {
  readonly endpoint: string;
  /** Undefined: Register names none. */
  readonly lifetime: number | undefined;
  readonly version: string;
  readonly binding: string;
  readonly objects: string;
  readonly transmission: TransmissionParameters;
  /** Of each association; {@link connect} parses them. */
  readonly connection: ConnectOptions;
}

/** A record rather than a list, so that the compiler finds a name that is missing. */
const names: Record<keyof SimulatedDeviceOptions, true> = {
  endpoint: true,
  lifetime: true,
  version: true,
  binding: true,
  objects: true,
  transmission: true,
  host: true,
  port: true,
  psk: true,
  cert: true,
  key: true,
  passphrase: true,
  ca: true,
  systemTrust: true,
  crl: true,
  rejectUnauthorized: true,
  minVersion: true,
  maxVersion: true,
  securityLevel: true,
  signatureAlgorithms: true,
  groups: true,
  servername: true,
  checkName: true,
  dane: true,
  session: true,
  tickets: true,
  localAddress: true,
  localPort: true,
  signal: true,
  keylog: true,
  cipherSuites: true,
  mtu: true,
  handshakeTimeouts: true,
  recordLayer: true,
  udpBackend: true,
  copyMessages: true,
  keylogFile: true,
  faults: true,
  capture: true,
};

/** Bytes that a Uri-Query option holds (RFC 7252, 5.10), without `ep=`. */
const LONGEST_ENDPOINT = 252;

/** Everything but the options of the association is checked; of these only what is needed before `connect()` is. */
export function parseSimulatedDeviceOptions(value: unknown): SimulatedDeviceSettings {
  const options = optionsRecord(value, 'SimulatedDevice', Object.keys(names));
  const { endpoint, lifetime, version, binding, objects, transmission, ...connection } = options;
  const { signal, copyMessages = true } = connection;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidOption('signal', signal, 'an AbortSignal');
  }
  return Object.freeze({
    endpoint: endpoint === undefined ? defaultEndpoint(connection['psk']) : parseEndpoint(endpoint),
    lifetime: lifetime === undefined ? undefined : parseLifetime(lifetime),
    version:
      version === undefined ? '1.1' : text(version, 'version', 'a version such as 1.1', (it) => VERSION.test(it)),
    binding: binding === undefined ? 'U' : parseBinding(binding),
    objects: objects === undefined ? '</1/0>,</3/0>' : parseObjects(objects),
    transmission: parseTransmission(transmission),
    connection: Object.freeze({ ...connection, copyMessages }) as unknown as ConnectOptions,
  });
}

export function parseDeviceUpdate(value: unknown): DeviceUpdate {
  const { lifetime, binding, objects } = optionsRecord(value, 'update', ['lifetime', 'binding', 'objects']);
  return Object.freeze({
    lifetime: lifetime === undefined ? undefined : parseLifetime(lifetime),
    binding: binding === undefined ? undefined : parseBinding(binding),
    objects: objects === undefined ? undefined : parseObjects(objects),
  });
}

function parseEndpoint(value: unknown): string {
  const fits = (it: string) => it.length > 0 && Buffer.byteLength(it) <= LONGEST_ENDPOINT;
  return text(value, 'endpoint', `a name of 1 to ${LONGEST_ENDPOINT} bytes`, fits);
}

function parseLifetime(value: unknown): number {
  return integer(value, 'lifetime', { min: 0, max: LONGEST_LIFETIME_SECONDS, unit: 'seconds' });
}

function parseBinding(value: unknown): string {
  return text(value, 'binding', 'binding modes such as U or UQ', (it) => BINDING.test(it));
}

function parseObjects(value: unknown): string {
  return text(value, 'objects', 'link format such as </1/0>,</3/0>', (it) => parseLinkFormat(it) !== undefined);
}

/** The PSK identity as text. Its length is checked with the key, by `connect()`. */
function defaultEndpoint(psk: unknown): string {
  if (psk === undefined)
    throw invalidOption('psk', undefined, 'identity and key, or a certificate and the option endpoint');
  if (typeof psk === 'function') {
    throw invalidOption('endpoint', undefined, 'a name, where psk is a function');
  }
  const { identity } = secretsRecord(psk, 'psk', ['identity', 'key']);
  if (typeof identity === 'string') return identity;
  if (identity instanceof Uint8Array) return Buffer.from(identity).toString('utf8');
  throw new TlsError('ERR_INVALID_PSK', `a PSK identity must be a string or a Uint8Array, not ${typeof identity}`);
}
