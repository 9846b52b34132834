import { openSync, writeSync } from 'node:fs';

/** File descriptors by path, null for a file that failed. Each file is opened once per environment and stays open. */
const files = new Map<string, number | null>();

/**
 * Appends a line in NSS key log format. Synchronous, so that a capture of a crashed process can still be read. Called
 * while events are delivered: it never throws, a file that fails is reported by one process warning and left alone.
 */
export function appendKeylog(path: string, line: Buffer): void {
  let file = files.get(path);
  if (file === null) return;
  try {
    if (file === undefined) {
      file = openSync(path, 'a', 0o600);
      files.set(path, file);
    }
    writeSync(file, line);
  } catch (error) {
    files.set(path, null);
    process.emitWarning(`key log file ${path} cannot be written: ${(error as Error).message}`, {
      type: 'KeylogWarning',
      code: 'LWM2M_TLS_KEYLOG',
    });
  }
}
