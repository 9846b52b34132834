import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { abortError } from './errors/abort-error.js';
import { systemError } from './errors/system-error.js';

export interface ResolvedHost {
  address: string;
  family: 4 | 6;
}

/** Numeric addresses are returned as they are, and at once. `family` 0 takes any. */
export function resolveHost(
  host: string,
  family: 0 | 4 | 6,
  signal?: AbortSignal,
): ResolvedHost | Promise<ResolvedHost> {
  const numeric = isIP(host);
  if (numeric !== 0) return { address: host, family: numeric as 4 | 6 };
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(`resolving ${host}`, signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    lookup(host, { family }, (error, address, foundFamily) => {
      signal?.removeEventListener('abort', onAbort);
      if (error) reject(systemError(`resolving ${host}`, error));
      else resolve({ address, family: foundFamily as 4 | 6 });
    });
  });
}

/** The address that a server binds; undefined, every interface, stays so. Throws once `signal` is aborted. */
export async function resolveListenHost(host: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (host === undefined) return undefined;
  const { address } = await resolveHost(host, 0, signal);
  signal.throwIfAborted();
  return address;
}
