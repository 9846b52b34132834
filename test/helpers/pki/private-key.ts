/** Private keys of tests, and every form in which they are written to files. */
import { KeyObject, webcrypto } from 'node:crypto';

export type KeyKind = 'p256' | 'p384' | 'rsa2048';

/** Of a kind that signs: the public key goes into a certificate, the private key signs others. */
export type KeyPair = webcrypto.CryptoKeyPair;

const kinds = {
  p256: { name: 'ECDSA', namedCurve: 'P-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384' },
  rsa2048: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
} as const;

export async function generateKeyPair(kind: KeyKind): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(kinds[kind], true, ['sign', 'verify']);
}

/** What the key signs certificates and CRLs with. */
export function signatureAlgorithm({ privateKey }: KeyPair): { name: string; hash: string } {
  return { name: privateKey.algorithm.name, hash: 'SHA-256' };
}

export function privateKeyObject({ privateKey }: KeyPair): KeyObject {
  return KeyObject.from(privateKey);
}

/** `BEGIN PRIVATE KEY`, or with a passphrase `BEGIN ENCRYPTED PRIVATE KEY` (PBES2, AES-256-CBC). */
export function pkcs8Pem(key: KeyObject, passphrase?: string): string {
  return key.export({ type: 'pkcs8', format: 'pem', ...encryption(passphrase) }).toString();
}

export function pkcs8Der(key: KeyObject, passphrase?: string): Buffer {
  return key.export({ type: 'pkcs8', format: 'der', ...encryption(passphrase) });
}

/** `BEGIN EC PRIVATE KEY` (SEC1) or `BEGIN RSA PRIVATE KEY` (PKCS#1); with a passphrase it has a `DEK-Info` header. */
export function traditionalPem(key: KeyObject, passphrase?: string): string {
  return key.export({ type: traditionalType(key), format: 'pem', ...encryption(passphrase) }).toString();
}

export function traditionalDer(key: KeyObject): Buffer {
  return key.export({ type: traditionalType(key), format: 'der' });
}

function traditionalType(key: KeyObject): 'sec1' | 'pkcs1' {
  return key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1';
}

function encryption(passphrase?: string): { cipher?: string; passphrase?: string } {
  return passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
}
