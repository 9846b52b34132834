import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ResolvedEndpoint } from '../config/backend-configuration.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { AddressFamily, familyOf } from '../socket-state.js';

/** Which of several addresses are used, and in which order. */
export interface AddressPreferences {
  /** The only family; unspecified: both. */
  readonly forced: AddressFamily;
  /** Tried first; unspecified: as the resolver sorts. */
  readonly preferred: AddressFamily;
  /** Tried before all others if it is among the addresses. */
  readonly endpoint: ResolvedEndpoint | undefined;
}

/** The addresses of a host, at least one. Throws `EADDRNOTAVAIL`. */
export async function resolveAddresses(
  host: string,
  port: number,
  { forced, preferred, endpoint }: AddressPreferences,
): Promise<readonly string[]> {
  const all = await addressesOf(host);
  const usable = all.filter((address) => forced === AddressFamily.unspecified || familyOf(address) === forced);
  if (usable.length === 0) {
    throw new ContractError('EADDRNOTAVAIL', `resolving ${host}: it has no address of the family that is asked for`);
  }
  const rank = (address: string) => {
    if (endpoint !== undefined && endpoint.port === port && endpoint.address === address) return 0;
    return preferred === AddressFamily.unspecified || familyOf(address) === preferred ? 1 : 2;
  };
  return usable.sort((left, right) => rank(left) - rank(right));
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    const { message } = toContractError(`resolving ${host}`, error);
    throw new ContractError('EADDRNOTAVAIL', message, { cause: error });
  }
}
