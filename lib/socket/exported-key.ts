import { TlsError } from '../errors/tls-error.js';
import { integer, invalidOption } from '../options/check.js';
import type { Peer } from './peer.js';

const LONGEST_CONTEXT = 512;

/** {@link DtlsSocket.exportKeyingMaterial}. */
export function exportedKey(peer: Peer, length: unknown, label: unknown, context: unknown): Buffer {
  const what = 'exportKeyingMaterial';
  const size = integer(length, `${what}: length`, { min: 1, max: 1_024, unit: 'bytes' });
  if (typeof label !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(label)) {
    throw invalidOption(`${what}: label`, label, 'a text of 1 to 64 ASCII characters');
  }
  if (context !== undefined && !(context instanceof Uint8Array && context.length <= LONGEST_CONTEXT)) {
    throw invalidOption(`${what}: context`, context, `a Uint8Array of at most ${LONGEST_CONTEXT} bytes`);
  }
  if (!peer.connected) throw new TlsError('ERR_CLOSED', `${what}: the connection is closed`);
  const { endpoint, record } = peer;
  const key = Buffer.alloc(size);
  if (endpoint.native.exportKeyingMaterial(endpoint.number, record.peer, label, context ?? null, key)) {
    return key;
  }
  throw new TlsError('ERR_TLS_LIBRARY', `${what}: OpenSSL refused the label '${label}'`, { library: 'OpenSSL' });
}
