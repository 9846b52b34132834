/** Certificates of the tests' authority that must not be believed, and what OpenSSL says of them. */
import { type Crl, pki } from './pki.js';

export interface BadCertificate {
  /** In `pki`. */
  name: keyof typeof pki & `${string}${'Server' | 'Client'}`;
  /** As `node:tls` names it. */
  verifyError: string;
  /** RFC 5246 section 7.2. */
  alert: number;
}

/** For a client that connects to 127.0.0.1. */
export const badServers: readonly BadCertificate[] = [
  { name: 'expiredServer', verifyError: 'CERT_HAS_EXPIRED', alert: 45 },
  { name: 'futureServer', verifyError: 'CERT_NOT_YET_VALID', alert: 42 },
  { name: 'misnamedServer', verifyError: 'IP_ADDRESS_MISMATCH', alert: 42 },
  { name: 'strangeServer', verifyError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', alert: 48 },
  { name: 'selfSignedServer', verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT', alert: 48 },
  { name: 'revokedServer', verifyError: 'CERT_REVOKED', alert: 44 },
];

export const badClients: readonly BadCertificate[] = [
  { name: 'expiredClient', verifyError: 'CERT_HAS_EXPIRED', alert: 45 },
  { name: 'strangeClient', verifyError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', alert: 48 },
  { name: 'selfSignedClient', verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT', alert: 48 },
  { name: 'revokedClient', verifyError: 'CERT_REVOKED', alert: 44 },
];

/** Our option, where it takes a revocation list to see what is wrong. */
export async function ourLists({ name }: BadCertificate): Promise<{ crl?: string[] }> {
  return isRevoked(name) ? { crl: [(await pki.crl()).pem, (await pki.rootCrl()).pem] } : {};
}

/** The same for a foreign peer. */
export async function theirLists({ name }: BadCertificate): Promise<{ crls?: Crl[] }> {
  return isRevoked(name) ? { crls: [await pki.crl()] } : {};
}

function isRevoked(name: string): boolean {
  return name.startsWith('revoked');
}
