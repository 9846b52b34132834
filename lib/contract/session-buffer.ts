import { native } from '../binding.js';

const MAGIC = Buffer.from('L2S1', 'latin1');
const LENGTH_AT = 4;
const BINDING_AT = 6;
export const BINDING_LENGTH = 8;
const SESSION_AT = BINDING_AT + BINDING_LENGTH;

/**
 * The caller's memory that a session lives in: magic, u16 length, binding, DER of the session, zeros. Anything else in it
 * counts as nothing, so that whatever a flash memory gives back leads to a full handshake.
 *
 * The binding says for what peer and what credentials the session is: under others it is not offered.
 */
export class SessionBuffer {
  readonly #memory: Uint8Array;

  constructor(memory: Uint8Array) {
    this.#memory = memory;
  }

  /** A copy of the session; empty when there is none for this binding. */
  load(binding: Uint8Array): Uint8Array {
    const bytes = this.#bytes();
    if (bytes.length <= SESSION_AT || !bytes.subarray(0, LENGTH_AT).equals(MAGIC)) return new Uint8Array();
    const end = SESSION_AT + bytes.readUInt16BE(LENGTH_AT);
    const isOurs = end <= bytes.length && bytes.subarray(BINDING_AT, SESSION_AT).equals(binding);
    return isOurs ? Uint8Array.from(bytes.subarray(SESSION_AT, end)) : new Uint8Array();
  }

  /** A session that does not fit leaves zeros. */
  save(binding: Uint8Array, session: Uint8Array): void {
    this.clear();
    const bytes = this.#bytes();
    if (session.length === 0 || session.length > 0xffff || SESSION_AT + session.length > bytes.length) return;
    MAGIC.copy(bytes);
    bytes.writeUInt16BE(session.length, LENGTH_AT);
    bytes.set(binding, BINDING_AT);
    bytes.set(session, SESSION_AT);
  }

  clear(): void {
    if (this.#memory.byteLength > 0) native.cleanse(this.#memory);
  }

  /** Nothing when the memory was transferred. */
  #bytes(): Buffer {
    const { buffer, byteOffset, byteLength } = this.#memory;
    return byteLength === 0 ? Buffer.alloc(0) : Buffer.from(buffer, byteOffset, byteLength);
  }
}
