/** DANE: TLSA records (RFC 6698) for certificates. */
import { createHash } from 'node:crypto';
import type { CertifiedKey } from './certified-key.js';

/** Certificate usages. */
export const Usage = { pkixTa: 0, pkixEe: 1, daneTa: 2, daneEe: 3 } as const;
export const Selector = { certificate: 0, publicKey: 1 } as const;
export const Matching = { full: 0, sha256: 1, sha512: 2 } as const;

export interface TlsaRecord {
  usage: number;
  selector: number;
  matchingType: number;
  data: Buffer;
}

/** The record that fits this certificate, or its public key. */
export function tlsa(certified: CertifiedKey, usage: number, selector = 0, matchingType = 0): TlsaRecord {
  const { publicKey } = certified.x509;
  const whole = selector === Selector.publicKey ? publicKey.export({ type: 'spki', format: 'der' }) : certified.der;
  return { usage, selector, matchingType, data: match(whole, matchingType) };
}

/** As in a zone file, and for `-dane_tlsa_rrdata`: `3 1 1 89AB...`. */
export function tlsaText({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${data.toString('hex').toUpperCase()}`;
}

function match(data: Buffer, matchingType: number): Buffer {
  if (matchingType === Matching.full) return data;
  return createHash(matchingType === Matching.sha256 ? 'sha256' : 'sha512')
    .update(data)
    .digest();
}
