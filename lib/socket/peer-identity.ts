import { X509Certificate } from 'node:crypto';
import { native, type PeerInfo } from '../binding.js';
import { cipherSuiteById } from '../options/cipher-suites.js';

/** Who is at the other end of an established connection, over any transport, and whether that is proved. */
export class PeerIdentity {
  readonly #info: PeerInfo;
  #chain: readonly X509Certificate[] | undefined;

  constructor(info: PeerInfo) {
    this.#info = info;
  }

  /** Of the client; undefined unless the pre-shared key was used. */
  get pskIdentity(): string | undefined {
    const { certificates, cipher, pskIdentity } = this.#info;
    const { kind } = cipherSuiteById(cipher);
    const used = kind === 'psk' || (kind === 'tls13' && certificates.length === 0);
    return used && pskIdentity !== '' ? pskIdentity : undefined;
  }

  /** By a certificate that was verified, or without certificates by the pre-shared key. */
  get authorized(): boolean {
    const { certificates, verifyResult } = this.#info;
    return certificates.length > 0 ? verifyResult === 0 : this.pskIdentity !== undefined;
  }

  /** Undefined when the certificate was verified, and when there is none. */
  get authorizationError(): string | undefined {
    const { certificates, verifyResult } = this.#info;
    return certificates.length === 0 || verifyResult === 0 ? undefined : native.verifyError(verifyResult).name;
  }

  /** Leaf first, read when it is asked for; it ends before a certificate that Node cannot read. */
  get chain(): readonly X509Certificate[] {
    this.#chain ??= Object.freeze(readable(this.#info.certificates));
    return this.#chain;
  }
}

/** A peer must not be able to throw exceptions into the code that looks at it. */
function readable(certificates: readonly Uint8Array[]): X509Certificate[] {
  const read: X509Certificate[] = [];
  try {
    for (const der of certificates) read.push(new X509Certificate(der));
  } catch {
    // not for Node's OpenSSL, which is another one than ours
  }
  return read;
}
