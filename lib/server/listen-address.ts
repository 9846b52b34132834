import { EndpointFlag } from '../binding.js';
import { systemError } from '../errors/system-error.js';
import type { TlsError } from '../errors/tls-error.js';

/** Opens at `address`; undefined is every interface, and every IP version that the system has. */
export function openAtAddress<T>(address: string | undefined, flags: number, open: (address: string) => T): T {
  if (address !== undefined) return open(address);
  try {
    return open('::');
  } catch (error) {
    const { code } = error as TlsError;
    const noIpv6 = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
    if (!noIpv6 || (flags & EndpointFlag.ipv6Only) !== 0) throw error;
    return open('0.0.0.0');
  }
}

/** What the system said of a numeric address. */
export function listenError(address: string, port: number, error: unknown): TlsError {
  return systemError(`listen on ${address.includes(':') ? `[${address}]` : address}:${port}`, error);
}
