import type { TlsaRecord } from '../binding.js';
import { integer, invalidOption, invalidSecret, optionsRecord } from './check.js';

/** Largest association data that we take: a full certificate of that size would not fit a handshake either. */
const MAX_ASSOCIATION_DATA = 65_535;

/**
 * A deep copy. What no certificate can match is found out by the handshake, not here. Throws `ERR_INVALID_OPTION`,
 * `ERR_UNKNOWN_OPTION`.
 */
export function parseTlsaRecords(value: unknown, where: string): readonly TlsaRecord[] {
  if (!Array.isArray(value)) throw invalidOption(where, value, 'an array of TLSA records');
  return Object.freeze(value.map((record, index) => parseTlsaRecord(record, `${where}[${index}]`)));
}

function parseTlsaRecord(value: unknown, where: string): TlsaRecord {
  const record = optionsRecord(value, where, ['usage', 'selector', 'matchingType', 'data']);
  const { data } = record;
  if (!(data instanceof Uint8Array) || data.length === 0 || data.length > MAX_ASSOCIATION_DATA) {
    throw invalidSecret(`${where}.data`, data, `a Uint8Array of 1 to ${MAX_ASSOCIATION_DATA} bytes`);
  }
  const number = (name: string) => integer(record[name], `${where}.${name}`, { min: 0, max: 255 });
  return Object.freeze({
    usage: number('usage'),
    selector: number('selector'),
    matchingType: number('matchingType'),
    data: Uint8Array.from(data),
  });
}
