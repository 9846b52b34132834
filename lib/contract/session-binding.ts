import { createHash } from 'node:crypto';
import type { TlsaRecord } from '../binding.js';
import type { Configuration } from './config/configuration.js';
import { BINDING_LENGTH } from './session-buffer.js';

/**
 * What a session is bound to: the protocol, the name of the server, who we are, and how the server was checked, since a
 * resumed handshake checks no certificate. No key goes into it.
 */
export function sessionBinding(
  { transport, security }: Configuration,
  serverName: string,
  tlsa: readonly TlsaRecord[],
): Uint8Array {
  const hash = createHash('sha256');
  const add = (bytes: Uint8Array | string) => {
    const part = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  add(transport);
  add(serverName);
  add(security.mode);
  if (security.mode === 'psk') add(security.identity);
  else {
    const { verify, dane, systemTrust, trustAnchors, trustPaths, certificates, crls } = security;
    add(certificates[0] ?? '');
    add(JSON.stringify({ verify, dane, systemTrust, trustPaths, anchors: trustAnchors.length, crls: crls.length }));
    for (const bytes of [...trustAnchors, ...crls]) add(bytes);
    for (const { usage, selector, matchingType, data } of tlsa) {
      add(Uint8Array.of(usage, selector, matchingType));
      add(data);
    }
  }
  return hash.digest().subarray(0, BINDING_LENGTH);
}
