import { ProtocolVersion, Transport } from '../binding.js';
import { invalidOption, oneOf } from './check.js';

/** Over datagrams, as `node:tls` would name them. RFC 4347, RFC 6347. */
export type DtlsVersion = 'DTLSv1' | 'DTLSv1.2';
/** Over streams, named as in `node:tls`. RFC 2246, RFC 4346, RFC 5246, RFC 8446. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Protocol versions over datagrams; over streams the same with {@link TlsVersion}. */
export interface VersionOptions<Version extends DtlsVersion | TlsVersion> {
  /**
   * Oldest protocol version that is spoken. Default `'DTLSv1.2'` over datagrams, `'TLSv1.2'` over streams; what is older
   * has known weaknesses (RFC 8996), and needs suites with SHA-1 in `cipherSuites` and a lower `securityLevel` besides. Throws
   * `ERR_INVALID_OPTION`. `SSL_CTX_set_min_proto_version`.
   */
  minVersion?: Version | undefined;
  /** Newest protocol version that is spoken. Default: the newest there is. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_max_proto_version`. */
  maxVersion?: Version | undefined;
}

export interface VersionSettings {
  /** A `ProtocolVersion`. */
  readonly minVersion: number;
  readonly maxVersion: number;
}

export const versionOptionNames = ['minVersion', 'maxVersion'] as const;

const dtlsVersions = ['DTLSv1', 'DTLSv1.2'] as const satisfies readonly DtlsVersion[];
const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly TlsVersion[];

const numbers: Readonly<Record<DtlsVersion | TlsVersion, number>> = {
  DTLSv1: ProtocolVersion.dtls10,
  'DTLSv1.2': ProtocolVersion.dtls12,
  TLSv1: ProtocolVersion.tls10,
  'TLSv1.1': ProtocolVersion.tls11,
  'TLSv1.2': ProtocolVersion.tls12,
  'TLSv1.3': ProtocolVersion.tls13,
};

export function parseVersions(options: Record<string, unknown>, transport: number): VersionSettings {
  const datagram = transport === Transport.datagram;
  const known: readonly (DtlsVersion | TlsVersion)[] = datagram ? dtlsVersions : tlsVersions;
  const min = oneOf(options['minVersion'], 'minVersion', known, datagram ? 'DTLSv1.2' : 'TLSv1.2');
  const max = oneOf(options['maxVersion'], 'maxVersion', known, datagram ? 'DTLSv1.2' : 'TLSv1.3');
  if (known.indexOf(max) < known.indexOf(min)) {
    throw invalidOption('maxVersion', max, `at least minVersion, '${min}'`);
  }
  return Object.freeze({ minVersion: numbers[min], maxVersion: numbers[max] });
}

/** The name of a version on the wire: `'DTLSv1.2'`; its number in hexadecimal when it has none here. */
export function versionName(version: number): DtlsVersion | TlsVersion | (string & {}) {
  for (const [name, number] of Object.entries(numbers)) {
    if (number === version) return name;
  }
  return `0x${version.toString(16).padStart(4, '0')}`;
}
