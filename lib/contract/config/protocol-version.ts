import { ProtocolVersion } from '../../binding.js';
import { invalidOption } from '../../options/check.js';
import { ContractError } from '../errors/contract-error.js';

/** `avs_net_ssl_version_t`: the lowest version that a socket accepts. */
export const SslVersion = {
  /** No bound. `AVS_NET_SSL_VERSION_DEFAULT`. */
  default: 0,
  /** TLS only: no bound. `AVS_NET_SSL_VERSION_SSLv2_OR_3`. */
  sslv2Or3: 1,
  /** Never there: `ENOTSUP`. `AVS_NET_SSL_VERSION_SSLv2`. */
  sslv2: 2,
  /** TLS only. `AVS_NET_SSL_VERSION_SSLv3`. */
  sslv3: 3,
  /** TLS 1.0, DTLS 1.0. `AVS_NET_SSL_VERSION_TLSv1`. */
  tlsv1: 4,
  /** TLS 1.1; for DTLS, which left it out, 1.0. `AVS_NET_SSL_VERSION_TLSv1_1`. */
  tlsv1_1: 5,
  /** TLS 1.2, DTLS 1.2. `AVS_NET_SSL_VERSION_TLSv1_2`. */
  tlsv1_2: 6,
  /** TLS only. `AVS_NET_SSL_VERSION_TLSv1_3`. */
  tlsv1_3: 7,
} as const;
export type SslVersion = (typeof SslVersion)[keyof typeof SslVersion];

/** A `ProtocolVersion`; 0: no bound. What is not in the maps does not exist on that transport. */
const lowest: Readonly<Record<'datagram' | 'stream', ReadonlyMap<SslVersion, number>>> = {
  datagram: new Map<SslVersion, number>([
    [SslVersion.default, 0],
    [SslVersion.tlsv1, ProtocolVersion.dtls10],
    [SslVersion.tlsv1_1, ProtocolVersion.dtls10],
    [SslVersion.tlsv1_2, ProtocolVersion.dtls12],
  ]),
  stream: new Map<SslVersion, number>([
    [SslVersion.default, 0],
    [SslVersion.sslv2Or3, 0],
    [SslVersion.sslv3, ProtocolVersion.ssl30],
    [SslVersion.tlsv1, ProtocolVersion.tls10],
    [SslVersion.tlsv1_1, ProtocolVersion.tls11],
    [SslVersion.tlsv1_2, ProtocolVersion.tls12],
    [SslVersion.tlsv1_3, ProtocolVersion.tls13],
  ]),
};

export function parseMinVersion(value: unknown, transport: 'datagram' | 'stream'): number {
  if (value === undefined) return 0;
  const known = Object.values(SslVersion).includes(value as SslVersion);
  if (!known) throw invalidOption('version', value, 'a member of SslVersion');
  const version = lowest[transport].get(value as SslVersion);
  if (version !== undefined) return version;
  const protocol = transport === 'datagram' ? 'DTLS' : 'TLS';
  const [name] = Object.entries(SslVersion).find(([, number]) => number === value) ?? [];
  throw new ContractError('ENOTSUP', `version: there is no ${name} in ${protocol}; use SslVersion.tlsv1_2`);
}
