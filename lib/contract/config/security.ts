import { native } from '../../binding.js';
import { boolean, invalidOption, oneOf, secretsRecord } from '../../options/check.js';
import { parsePskCredentials } from '../../options/psk.js';
import { ContractError } from '../errors/contract-error.js';
import type { CredentialSource } from './credential-source.js';
import {
  isEmptySource,
  loadCertificates,
  loadPrivateKey,
  loadPskBytes,
  loadRevocationLists,
  loadTrustAnchors,
} from './load-credentials.js';

/** `avs_net_psk_info_t`. Anything else than a buffer as a source throws `EINVAL`. */
export interface PskSecurity {
  /** `AVS_NET_SECURITY_PSK`. */
  mode: 'psk';
  /** 1 to 127 bytes without a NUL; otherwise `EINVAL`. A string is taken as UTF-8. */
  identity: CredentialSource | string;
  /** 1 to 256 bytes; otherwise `EINVAL`. */
  key: CredentialSource;
}

/** `avs_net_certificate_info_t`. All fields absent: encrypts, and verifies nothing. */
export interface CertificateSecurity {
  /** Default. `AVS_NET_SECURITY_CERTIFICATE`. */
  mode?: 'certificate' | undefined;
  /** Whether the peer's certificate must verify. Default false. A server (`accept`, `decorate`) demands one then. */
  serverCertValidation?: boolean | undefined;
  /** Default false: with validation, the system's trust anchors count too. */
  ignoreSystemTrustStore?: boolean | undefined;
  /** Allows `SocketOption.daneTlsaArray`; without `serverCertValidation` opportunistic. Default false. RFC 6698. */
  dane?: boolean | undefined;
  /** Trust anchors. */
  trustedCerts?: CredentialSource | undefined;
  /** Revocation lists, enforced where they are given. */
  certRevocationLists?: CredentialSource | undefined;
  /** The own certificate, then its chain. */
  clientCert?: CredentialSource | undefined;
  /** Key of the first own certificate; ignored without one. */
  clientKey?: CredentialSource | undefined;
  /** Appends issuers of the own certificate that are among `trustedCerts` to what is sent. Default false. */
  rebuildClientCertChain?: boolean | undefined;
}

/** `avs_net_security_info_t`. */
export type SecurityInfo = PskSecurity | CertificateSecurity;

export interface PskSettings {
  readonly mode: 'psk';
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
}

export interface CertificateSettings {
  readonly mode: 'certificate';
  readonly verify: boolean;
  readonly dane: boolean;
  readonly systemTrust: boolean;
  readonly trustAnchors: readonly Uint8Array[];
  readonly trustPaths: readonly string[];
  readonly crls: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: Uint8Array | null;
  readonly passphrase: Uint8Array | null;
  readonly rebuildChain: boolean;
}

export type SecuritySettings = PskSettings | CertificateSettings;

const certificateNames = [
  ...['mode', 'serverCertValidation', 'ignoreSystemTrustStore', 'dane', 'trustedCerts', 'certRevocationLists'],
  ...['clientCert', 'clientKey', 'rebuildClientCertChain'],
];

/** Reads files, copies bytes. */
export function parseSecurity(value: unknown = {}): SecuritySettings {
  const { mode, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as { mode?: unknown };
  if (mode === undefined && ('identity' in rest || 'key' in rest)) {
    throw invalidOption('security.mode', undefined, "'psk' with identity and key");
  }
  if (oneOf(mode, 'security.mode', ['psk', 'certificate'], 'certificate') === 'psk') {
    return parsePskSecurity(secretsRecord(value, 'security', ['mode', 'identity', 'key']));
  }
  return parseCertificateSecurity(secretsRecord(value, 'security', certificateNames));
}

/** Wipes our copies of keys. */
export function wipeSecurity(security: SecuritySettings): void {
  const secrets = security.mode === 'psk' ? [security.key] : [security.privateKey, security.passphrase];
  for (const secret of secrets) if (secret !== null) native.cleanse(secret);
}

function parsePskSecurity({ identity, key }: Record<string, unknown>): PskSettings {
  const identityBytes = typeof identity === 'string' ? identity : loadPskBytes(identity, 'security.identity');
  const keyBytes = loadPskBytes(key, 'security.key');
  try {
    return { mode: 'psk', ...parsePskCredentials({ identity: identityBytes, key: keyBytes }) };
  } finally {
    if (keyBytes !== undefined) native.cleanse(keyBytes); // there is another copy now, or none is needed
  }
}

function parseCertificateSecurity(options: Record<string, unknown>): CertificateSettings {
  const verify = boolean(options['serverCertValidation'], 'security.serverCertValidation', false);
  const rebuildChain = boolean(options['rebuildClientCertChain'], 'security.rebuildClientCertChain', false);
  const ignoreSystemTrust = boolean(options['ignoreSystemTrustStore'], 'security.ignoreSystemTrustStore', false);
  const usesAnchors = verify || rebuildChain;
  const anchors = usesAnchors ? options['trustedCerts'] : undefined;
  const lists = verify ? options['certRevocationLists'] : undefined;
  const { elements, paths } = loadTrustAnchors(anchors, 'security.trustedCerts');
  return {
    mode: 'certificate',
    verify,
    dane: boolean(options['dane'], 'security.dane', false),
    systemTrust: verify && !ignoreSystemTrust,
    trustAnchors: elements,
    trustPaths: paths,
    crls: loadRevocationLists(lists, 'security.certRevocationLists'),
    ...parseOwnCertificate(options),
    rebuildChain,
  };
}

function parseOwnCertificate({
  clientCert,
  clientKey,
}: Record<string, unknown>): Pick<CertificateSettings, 'certificates' | 'privateKey' | 'passphrase'> {
  const certificates = isEmptySource(clientCert) ? [] : loadCertificates(clientCert, 'security.clientCert');
  if (certificates.length === 0) return { certificates, privateKey: null, passphrase: null };
  if (isEmptySource(clientKey)) {
    throw new ContractError('EINVAL', 'security.clientKey: a certificate of our own needs its private key');
  }
  const { key, passphrase } = loadPrivateKey(clientKey, 'security.clientKey');
  return { certificates, privateKey: key, passphrase };
}
