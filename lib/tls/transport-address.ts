import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The two ends of a TCP connection. */
export interface TransportAddress {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: 'IPv4' | 'IPv6' | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
}

/** As of now: a TCP socket forgets them when it closes. All undefined for a transport without addresses. */
export function addressOf(transport: Duplex): TransportAddress {
  if (!(transport instanceof Socket)) return noAddress;
  const { remoteAddress, remotePort, localAddress, localPort } = transport;
  const remoteFamily = remoteAddress === undefined ? undefined : remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
  return { remoteAddress, remotePort, remoteFamily, localAddress, localPort };
}

export const noAddress: TransportAddress = Object.freeze({
  remoteAddress: undefined,
  remotePort: undefined,
  remoteFamily: undefined,
  localAddress: undefined,
  localPort: undefined,
});
