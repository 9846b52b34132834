/** A certificate together with its private key and those who issued it. */
import 'reflect-metadata';
import { type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  generateKeyPair,
  type KeyKind,
  type KeyPair,
  pkcs8Der,
  pkcs8Pem,
  privateKeyObject,
  signatureAlgorithm,
} from './private-key.js';

x509.cryptoProvider.set(webcrypto);

export interface IssueOptions {
  /** Common name of the subject. */
  name: string;
  /** Default: the certificate signs itself. */
  issuer?: CertifiedKey;
  /** A key to make, or one that exists, for a second certificate of it. Default p256. */
  key?: KeyKind | KeyPair;
  /** Subject alternative names. Default none. */
  dns?: readonly string[];
  ip?: readonly string[];
  /** A CA certificate, which may have others below it. Default false. */
  ca?: boolean;
  /** How many CA certificates may follow below a CA. Default: any number. */
  pathLength?: number;
  /** Extended key usage. Default: no such extension, which allows all. */
  usages?: readonly ('serverAuth' | 'clientAuth')[];
  /** Days from now. Default -1 and 30. */
  validFrom?: number;
  validTo?: number;
}

export class CertifiedKey {
  /** The certificate. */
  readonly der: Buffer;
  readonly x509: X509Certificate;
  /** The private key; `private-key.ts` has its other forms. */
  readonly key: KeyObject;

  constructor(
    der: ArrayBuffer,
    readonly keyPair: KeyPair,
    /** Undefined when it signed itself. */
    readonly issuer: CertifiedKey | undefined,
  ) {
    this.der = Buffer.from(der);
    this.x509 = new X509Certificate(this.der);
    this.key = privateKeyObject(keyPair);
  }

  /** The certificate. */
  get pem(): string {
    return this.x509.toString();
  }

  get keyPem(): string {
    return pkcs8Pem(this.key);
  }

  get keyDer(): Buffer {
    return pkcs8Der(this.key);
  }

  /** This certificate first and the root last. */
  get fullChain(): CertifiedKey[] {
    return [this, ...(this.issuer?.fullChain ?? [])];
  }

  /** What a peer sends: the full chain without a root that issued it. */
  get chain(): CertifiedKey[] {
    const full = this.fullChain;
    return full.length > 1 ? full.slice(0, -1) : full;
  }

  get chainPem(): string {
    return pemOf(this.chain);
  }

  get root(): CertifiedKey {
    return this.issuer?.root ?? this;
  }
}

/** Certificates one after the other in one PEM text. */
export function pemOf(certificates: readonly CertifiedKey[]): string {
  return certificates.map(({ pem }) => pem).join('');
}

export async function issue(options: IssueOptions): Promise<CertifiedKey> {
  const { name, issuer, key = 'p256', validFrom = -1, validTo = 30 } = options;
  const keyPair = typeof key === 'string' ? await generateKeyPair(key) : key;
  const signer = issuer?.keyPair ?? keyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive and never twice.
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    subject: commonName(name),
    issuer: issuer ? issuer.x509.subject : commonName(name),
    publicKey: keyPair.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: signatureAlgorithm(signer),
    notBefore: daysFromNow(validFrom),
    notAfter: daysFromNow(validTo),
    extensions: await extensions(options, keyPair, signer),
  });
  return new CertifiedKey(certificate.rawData, keyPair, issuer);
}

export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function commonName(name: string): string {
  return `CN=${name}`;
}

async function extensions(options: IssueOptions, subject: KeyPair, signer: KeyPair): Promise<x509.Extension[]> {
  const { ca = false, pathLength, usages = [], dns = [], ip = [] } = options;
  const { keyCertSign, cRLSign, digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const isRsa = subject.publicKey.algorithm.name !== 'ECDSA';
  const leafUsage = isRsa ? digitalSignature | keyEncipherment : digitalSignature;
  const names = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(ca, pathLength, true),
    new x509.KeyUsagesExtension(ca ? keyCertSign | cRLSign : leafUsage, true),
    await x509.SubjectKeyIdentifierExtension.create(subject.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ...(usages.length > 0
      ? [new x509.ExtendedKeyUsageExtension(usages.map((usage) => x509.ExtendedKeyUsage[usage]))]
      : []),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}
