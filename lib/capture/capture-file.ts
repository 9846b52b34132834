import { Buffer } from 'node:buffer';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import type { CaptureSettings } from '../options/capture.js';

/** For its owner only: there are secrets in it. */
const MODE = 0o600;

/** Files that are being written in this thread. */
const busy = new Set<string>();

/**
 * The file of one capture. What is written in one turn goes out at its end, synchronously: nothing waits in memory, and a
 * process that crashes leaves what it has captured. Only the constructor throws; the first write that fails ends it all.
 */
export class CaptureFile {
  readonly #path: string;
  readonly #name: string;
  readonly #append: boolean;
  readonly #maxBytes: number;
  readonly #start: Buffer;
  readonly #onError: (error: TlsError) => void;
  #descriptor: number | undefined;
  #regular = false;
  #size = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #full = false;
  #state: 'waiting' | 'open' | 'closed' = 'waiting';

  /**
   * With `when: 'failure'` the file is made by the first `write()`, and one of an earlier run removed. `start` is what it
   * begins with.
   */
  constructor({ file, when, append, maxBytes }: CaptureSettings, start: Buffer, onError: (error: TlsError) => void) {
    this.#path = path.resolve(file);
    this.#name = file;
    this.#append = append;
    this.#maxBytes = maxBytes;
    this.#start = start;
    this.#onError = onError;
    if (busy.has(this.#path)) throw new TlsError('EBUSY', `capture file ${file}: another capture writes to it`);
    try {
      if (when === 'always') this.#open();
      else this.#prepare();
    } catch (error) {
      this.#release();
      throw this.#failed(error);
    }
    busy.add(this.#path);
  }

  /** False when there is no room for all of them, or no file any more: nothing is written then. */
  write(blocks: readonly Buffer[]): boolean {
    if (this.#state === 'closed') return false;
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    const before = this.#size + this.#pendingBytes;
    // A file that is not there yet will begin with its start.
    const start = this.#state === 'waiting' ? this.#start.length : 0;
    if (this.#full || before + start + bytes > this.#maxBytes) {
      this.#full = true;
      return false;
    }
    if (this.#pending.length === 0) queueMicrotask(() => this.#flush());
    this.#pending.push(...blocks);
    this.#pendingBytes += bytes;
    return true;
  }

  /** Writes what waits. Idempotent. */
  close(): void {
    this.#flush();
    this.#release();
  }

  #flush(): void {
    if (this.#pending.length === 0 || this.#state === 'closed') return;
    const blocks = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      if (this.#state === 'waiting') this.#open();
      this.#put(Buffer.concat(blocks));
    } catch (error) {
      this.#cutIncompleteBlocks();
      this.#release();
      this.#onError(this.#failed(error));
    }
  }

  #open(): void {
    const fd = openSync(this.#path, this.#append ? 'a' : 'w', MODE);
    this.#descriptor = fd;
    const stats = fstatSync(fd);
    this.#regular = stats.isFile();
    if (this.#regular) {
      this.#size = stats.size;
      if ((stats.mode & 0o777) !== MODE) fchmodSync(fd, MODE); // one that was there before
    }
    this.#state = 'open';
    this.#put(this.#start);
  }

  /** As far as can be seen before there is a file. */
  #prepare(): void {
    accessSync(path.dirname(this.#path), constants.W_OK | constants.X_OK);
    const stats = lstatSync(this.#path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return;
    if (this.#append) this.#size = stats.size;
    else rmSync(this.#path);
  }

  #put(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(writeSync(this.#descriptor as number, rest));
    this.#size += bytes.length;
  }

  /** So that readers find a file that just ends. */
  #cutIncompleteBlocks(): void {
    if (this.#descriptor === undefined || !this.#regular) return;
    try {
      ftruncateSync(this.#descriptor, this.#size);
    } catch {
      // It has failed already.
    }
  }

  #release(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    busy.delete(this.#path);
    this.#pending = [];
    if (this.#descriptor === undefined) return;
    const fd = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(fd);
    } catch {
      // Nothing is left to be done about it.
    }
  }

  #failed(error: unknown): TlsError {
    return systemError(`capture file ${this.#name}`, error);
  }
}
