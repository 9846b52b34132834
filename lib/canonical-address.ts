import { isIPv6, SocketAddress } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** The same text for every spelling of an address, and for an IPv4 address that is mapped into IPv6; zones stay as they are. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [unzoned = '', zone] = address.split('%', 2);
  const { address: shortest } = new SocketAddress({ address: unzoned, family: 'ipv6' });
  const plain = MAPPED.exec(shortest)?.[1] ?? shortest;
  return zone === undefined ? plain : `${plain}%${zone}`;
}
