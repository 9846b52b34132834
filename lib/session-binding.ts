import { createHash } from 'node:crypto';
import type { ClientSecurity } from './options/client-security.js';

/**
 * Resuming a session skips all checks of certificates and credentials. So what users get is the DER of a session behind a
 * digest of what it was made under: whom we asked for, whom we trust and who we are. Offered under anything else it counts
 * as none, and the handshake is a full one.
 */
const FORMAT = 1;
const DIGEST_BYTES = 16;
const HEADER_BYTES = 1 + DIGEST_BYTES;

/** A session of native code as users get it. */
export function bindSession(security: ClientSecurity, session: Uint8Array): Buffer {
  const bound = Buffer.allocUnsafeSlow(HEADER_BYTES + session.length);
  bound[0] = FORMAT;
  bound.set(digest(security), 1);
  bound.set(session, HEADER_BYTES);
  return bound;
}

/** A view of the session in `security.session` as native code takes it; empty when it does not belong here. */
export function unboundSession(security: ClientSecurity): Uint8Array {
  const { session } = security;
  const belongsHere =
    session.length > HEADER_BYTES &&
    session[0] === FORMAT &&
    digest(security).equals(session.subarray(1, HEADER_BYTES));
  return belongsHere ? session.subarray(HEADER_BYTES) : new Uint8Array();
}

/** The same in every process. Nothing secret goes into it. */
function digest(security: ClientSecurity): Buffer {
  const { serverName, verifyName, rejectUnauthorized, systemTrust, trustAnchors, crls, tlsa, certificates } = security;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([serverName, verifyName, rejectUnauthorized, systemTrust, tlsa !== null]));
  const lists = [trustAnchors, crls, certificates, security.psk === null ? [] : [security.psk.identity]];
  for (const list of lists) update(hash, list);
  for (const { usage, selector, matchingType, data } of tlsa ?? []) {
    update(hash, [Uint8Array.of(usage, selector, matchingType), data]);
  }
  return hash.digest().subarray(0, DIGEST_BYTES);
}

/** With all lengths, so that no two sequences of lists look the same. */
function update(hash: ReturnType<typeof createHash>, list: readonly Uint8Array[]): void {
  hash.update(`${list.length}:`);
  for (const bytes of list) hash.update(`${bytes.length}:`).update(bytes);
}
