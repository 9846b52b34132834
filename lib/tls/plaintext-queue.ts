/** Decrypted bytes that nobody has taken yet, in order. */
export class PlaintextQueue {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The oldest bytes, at most `limit` of them and never from two chunks at once; null when there are none. */
  shift(limit: number): Buffer | null {
    const chunk = this.#chunks[0];
    if (chunk === undefined || limit <= 0) return null;
    if (chunk.length <= limit) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(limit);
    const taken = chunk.length <= limit ? chunk : chunk.subarray(0, limit);
    this.#size -= taken.length;
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }
}
