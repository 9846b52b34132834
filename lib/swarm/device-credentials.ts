import { readFileSync } from 'node:fs';
import type { ClientParameters } from '../binding.js';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import { type CertificateOptions, parseCertificateOptions } from '../options/certificates.js';
import { optionsRecord, secretsRecord } from '../options/check.js';
import { type PskCredentials, parsePskCredentials } from '../options/psk.js';
import { readDevicesFile } from './devices-file.js';
import { parsePattern } from './pattern.js';

/** Who the devices are, and what they prove it with. Made for each handshake anew: a hundred thousand keys need no memory. */
export interface DeviceCredentials {
  readonly kind: 'psk' | 'certificate' | 'none';
  /** How many devices there are; undefined: as many as wanted. */
  readonly count: number | undefined;
  /** Empty without a PSK. */
  identity(index: number): string;
  /** Undefined: nothing says it. */
  endpoint(index: number): string | undefined;
  /** Throws what is wrong with those of this device: a `TlsError`, or what a function of the user's has thrown. */
  fill(index: number, out: ClientParameters): void;
}

/** Of `psk`, `certificates` or `devicesFile`, of which one may be given. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`. */
export function parseDeviceCredentials({ psk, certificates, devicesFile }: Record<string, unknown>): DeviceCredentials {
  const given = Object.entries({ psk, certificates, devicesFile }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(' and ');
    throw new TlsError('ERR_INVALID_OPTION', `${names}: a swarm takes one of them; make two swarms of a mixed fleet`);
  }
  if (psk !== undefined) return parsePsks(psk);
  if (certificates !== undefined) return parseCertificates(certificates);
  if (devicesFile !== undefined) return fromFile(devicesFile);
  return { kind: 'none', count: undefined, identity: () => '', endpoint: () => undefined, fill: () => {} };
}

function parsePsks(value: unknown): DeviceCredentials {
  const psk = typeof value === 'function' ? (index: number) => value(index) as PskCredentials : pskByPattern(value);
  const credentials = fromPsk((index) => psk(index));
  if (typeof value !== 'function') psk(0);
  return credentials;
}

function pskByPattern(value: unknown): (index: number) => PskCredentials {
  const { identity, key } = secretsRecord(value, 'psk', ['identity', 'key']);
  const identityOf = parsePattern(identity, 'psk.identity');
  if (typeof key !== 'string') {
    parsePskCredentials({ identity: identityOf(0), key });
    const own = Uint8Array.from(key as Uint8Array);
    return (index) => ({ identity: identityOf(index), key: own });
  }
  const keyOf = parsePattern(key, 'psk.key', { secret: true });
  parsePskCredentials({ identity: identityOf(0), key: keyFromHex(keyOf(0), 'psk.key') });
  return (index) => ({ identity: identityOf(index), key: keyFromHex(keyOf(index), 'psk.key') });
}

function fromPsk(psk: (index: number) => PskCredentials, count?: number): DeviceCredentials {
  const identity = (index: number): string => {
    const { identity: given } = psk(index);
    return typeof given === 'string' ? given : Buffer.from(given).toString();
  };
  return {
    kind: 'psk',
    count,
    identity,
    endpoint: identity,
    fill(index, out) {
      const parsed = parsePskCredentials(psk(index));
      out.pskIdentity = parsed.identity;
      out.pskKey = parsed.key;
    },
  };
}

function parseCertificates(value: unknown): DeviceCredentials {
  if (typeof value === 'function') return fromCertificates((index) => value(index) as CertificateOptions);
  const { cert, key } = optionsRecord(value, 'certificates', ['cert', 'key']);
  const certFile = parsePattern(cert, 'certificates.cert');
  const keyFile = parsePattern(key, 'certificates.key');
  return fromCertificates((index) => ({ cert: fileOf(certFile(index)), key: fileOf(keyFile(index)) }));
}

function fromCertificates(certificate: (index: number) => CertificateOptions, count?: number): DeviceCredentials {
  return {
    kind: 'certificate',
    count,
    identity: () => '',
    endpoint: () => undefined,
    fill(index, out) {
      const { cert, key } = certificate(index);
      const parsed = parseCertificateOptions({ cert, key });
      out.certificates = parsed.certificates;
      out.privateKey = parsed.privateKey;
    },
  };
}

function fromFile(file: unknown): DeviceCredentials {
  if (typeof file !== 'string' || file === '') {
    throw new TlsError('ERR_INVALID_OPTION', 'devicesFile: expected the name of a CSV or JSON file');
  }
  const rows = readDevicesFile(file);
  const row = (index: number) => rows[index] as (typeof rows)[number];
  const withKeys = row(0).identity !== '';
  rows.forEach(({ identity, key }, index) => {
    const where = `devicesFile ${file}: device ${index}`;
    if ((identity !== '') !== withKeys) {
      throw new TlsError('ERR_INVALID_OPTION', `${where} has another kind of credentials than those before it`);
    }
    if (withKeys) keyFromHex(key, where);
  });
  const credentials = withKeys
    ? fromPsk((index) => ({ identity: row(index).identity, key: keyFromHex(row(index).key, 'key') }), rows.length)
    : fromCertificates(
        (index) => ({ cert: fileOf(row(index).certFile), key: fileOf(row(index).keyFile) }),
        rows.length,
      );
  return { ...credentials, endpoint: (index) => row(index).endpoint || credentials.endpoint(index) };
}

/** The text may be a key, so that it is not shown. */
function keyFromHex(text: string, where: string): Uint8Array {
  if (/^([0-9a-f]{2}){1,256}$/i.test(text)) return Buffer.from(text, 'hex');
  throw new TlsError(
    'ERR_INVALID_PSK',
    `${where}: a key must be 1 to 256 bytes in hexadecimal, two digits each; got ${text.length} characters`,
  );
}

function fileOf(name: string): Buffer {
  try {
    return readFileSync(name);
  } catch (error) {
    throw systemError(name, error);
  }
}
