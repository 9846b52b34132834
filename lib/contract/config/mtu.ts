/** Largest datagram where nobody says how much the path carries: IPv6's guaranteed 1280 without its headers. */
export const DEFAULT_MTU = 1_232;

/** What libssl can be told: below, a flight cannot be cut to fit; above, no record reaches. */
const SMALLEST = 256;
const LARGEST = 16_384;

/** The MTU that a handshake over a backend is told; `innerMtu` is what the backend says. */
export function handshakeMtu(innerMtu: number | undefined): number {
  const mtu = innerMtu === undefined || innerMtu <= 0 ? DEFAULT_MTU : innerMtu;
  return Math.min(LARGEST, Math.max(SMALLEST, mtu));
}
