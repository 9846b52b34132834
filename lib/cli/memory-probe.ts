import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The resident set of this process in bytes, after a full garbage collection, so that garbage of the run before it is not
 * counted as memory in use.
 */
export function settledResidentBytes(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  if (typeof collect !== 'function') return;
  collect();
  collect(); // what finalizers of the first pass released
}
