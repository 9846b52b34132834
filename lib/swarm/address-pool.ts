import ipaddr from 'ipaddr.js';
import { invalidOption } from '../options/check.js';

/** Addresses that devices send from: `size` of them, from `first` on. */
export interface AddressPool {
  /** As it was written. */
  readonly text: string;
  readonly first: string;
  readonly family: 4 | 6;
  readonly size: number;
}

/** More than any swarm needs: of an IPv6 prefix the first ones are used. */
const MOST = 2 ** 32;

/** Such as `127.0.0.0/8`, `2001:db8::/64`, or one address. Network and broadcast addresses are left out. */
export function parseAddressPool(value: unknown): AddressPool {
  const prefix = typeof value === 'string' ? parsePrefix(value) : undefined;
  if (prefix === undefined || typeof value !== 'string') {
    throw invalidOption(
      'sourceAddresses',
      value,
      "addresses in CIDR notation, such as '127.0.0.0/8' or '2001:db8::/64'",
    );
  }
  const [address, bits] = prefix;
  const bytes = address.toByteArray();
  const free = bytes.length * 8 - bits;
  clearHostBits(bytes, bits);
  const all = Math.min(2 ** free, MOST);
  if (free <= 1) return { text: value, first: text(bytes), family: familyOf(bytes), size: all };
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | 1;
  const unusable = bytes.length === 4 ? 2 : 1; // network (IPv6: all routers of it), broadcast
  return { text: value, first: text(bytes), family: familyOf(bytes), size: Math.min(2 ** free - unusable, MOST) };
}

function parsePrefix(value: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  if (!value.includes('/')) {
    const address =
      ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value) ? ipaddr.parse(value) : undefined;
    return address && [address, address.toByteArray().length * 8];
  }
  const known = ipaddr.IPv4.isValidCIDRFourPartDecimal(value) || ipaddr.IPv6.isValidCIDR(value);
  return known ? ipaddr.parseCIDR(value) : undefined;
}

function clearHostBits(bytes: number[], bits: number): void {
  for (let i = 0; i < bytes.length; i += 1) {
    const kept = Math.max(0, Math.min(8, bits - i * 8));
    bytes[i] = (bytes[i] as number) & (0xff << (8 - kept)) & 0xff;
  }
}

function text(bytes: number[]): string {
  return ipaddr.fromByteArray(bytes).toString();
}

function familyOf(bytes: number[]): 4 | 6 {
  return bytes.length === 4 ? 4 : 6;
}
