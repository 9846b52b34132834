/** Certificate revocation lists. */
import * as x509 from '@peculiar/x509';
import { type CertifiedKey, daysFromNow } from './certified-key.js';
import { signatureAlgorithm } from './private-key.js';

export interface Crl {
  der: Buffer;
  pem: string;
}

export interface CrlOptions {
  /** Certificates of this issuer. Default none. */
  revoked?: readonly CertifiedKey[];
  /** Days from now. Default -1 and 30. */
  thisUpdate?: number;
  nextUpdate?: number;
}

export async function issueCrl(issuer: CertifiedKey, options: CrlOptions = {}): Promise<Crl> {
  const { revoked = [], thisUpdate = -1, nextUpdate = 30 } = options;
  const crl = await x509.X509CrlGenerator.create({
    issuer: issuer.x509.subject,
    thisUpdate: daysFromNow(thisUpdate),
    nextUpdate: daysFromNow(nextUpdate),
    signingAlgorithm: signatureAlgorithm(issuer.keyPair),
    signingKey: issuer.keyPair.privateKey,
    entries: revoked.map((certified) => ({
      serialNumber: certified.x509.serialNumber,
      revocationDate: daysFromNow(thisUpdate),
      reason: x509.X509CrlReason.keyCompromise,
    })),
  });
  const der = Buffer.from(crl.rawData);
  return { der, pem: x509.PemConverter.encode(der, 'X509 CRL').concat('\n') };
}
