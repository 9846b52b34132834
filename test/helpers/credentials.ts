/** Pre-shared keys for tests only. */
export interface Credentials {
  identity: string;
  key: Buffer;
}

export const client1: Credentials = {
  identity: 'client1',
  key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
};

/** libcoap's programs take the key as text. */
export const textKeyed: Credentials = { identity: 'client2', key: Buffer.from('sixteen-byte-key') };

/** The longest identity that OpenSSL takes. */
export const longNamed: Credentials = { identity: 'device-'.padEnd(127, '0123456789'), key: Buffer.alloc(16, 0x4b) };
