import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** First byte of a sealed value, so that there can be another form one day. */
const FORM = 1;

/**
 * Values as others may read them, and cannot change or exchange them: form, nonce, AES-256-GCM's ciphertext, tag. The name
 * that a value is kept under is authenticated with it.
 *
 * Nonces are random, 96 bits: with one secret and purpose no more than 2^32 values should be sealed (NIST SP 800-38D 8.3).
 */
export class SealedValues {
  readonly #key: KeyObject;

  /** Values of one purpose do not open as those of another. `secret` is not kept. */
  constructor(secret: Uint8Array, purpose: string) {
    const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), `lwm2m-tls ${purpose}`, KEY_BYTES));
    this.#key = createSecretKey(key);
    key.fill(0);
  }

  seal(name: string, value: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name));
    const text = [cipher.update(value), cipher.final()];
    return Buffer.concat([Buffer.of(FORM), nonce, ...text, cipher.getAuthTag()]);
  }

  /** Null for whatever was not sealed with this secret, for this purpose and under this name. */
  open(name: string, sealed: Buffer): Buffer | null {
    const textAt = 1 + NONCE_BYTES;
    if (sealed.length < textAt + TAG_BYTES || sealed[0] !== FORM) return null;
    const nonce = sealed.subarray(1, textAt);
    const text = sealed.subarray(textAt, -TAG_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(name))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    const value = decipher.update(text);
    try {
      decipher.final();
      return value;
    } catch {
      value.fill(0);
      return null;
    }
  }
}
