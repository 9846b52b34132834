import { cipherSuiteById } from '../../options/cipher-suites.js';

/** RFC 6347 section 4.1. */
const RECORD_HEADER = 13;

/** Bytes of plaintext that one DTLS 1.2 record of `recordLength` bytes can carry; not below 0. */
export function plaintextLimit(cipher: number, recordLength: number): number {
  const { name } = cipherSuiteById(cipher);
  const room = recordLength - RECORD_HEADER;
  if (name.includes('_CHACHA20_')) return Math.max(0, room - 16);
  if (name.endsWith('_CCM_8')) return Math.max(0, room - 8 - 8);
  if (name.includes('_CCM') || name.includes('_GCM_')) return Math.max(0, room - 8 - 16);
  // CBC with the MAC inside of the padded blocks, after an explicit IV of one block.
  const block = name.includes('_3DES_') ? 8 : 16;
  const blocks = Math.floor((room - block) / block);
  return Math.max(0, blocks * block - macLength(name) - 1);
}

function macLength(name: string): number {
  if (name.endsWith('_SHA384')) return 48;
  return name.endsWith('_SHA256') ? 32 : 20;
}
