import { gnutls } from './gnutls.js';
import { mbedtls } from './mbedtls.js';
import { opensslPeer3, opensslPeer111 } from './openssl.js';
import type { ForeignPeer, Version } from './peer.js';

/** Every foreign implementation that is both client and server. */
export const foreignPeers: readonly ForeignPeer[] = [opensslPeer111, opensslPeer3, gnutls, mbedtls];

/** Those that speak a version. */
export function peersOf(version: Version): ForeignPeer[] {
  return foreignPeers.filter(({ versions }) => versions.includes(version));
}

/** For `testWith`: the tool of one of them, a missing one if there is any. */
export function bothTools(first: ForeignPeer, second: ForeignPeer): ForeignPeer['tool'] {
  return 'missing' in first.tool ? first.tool : second.tool;
}
