import type { TlsaRecord } from '../binding.js';
import { integer, invalidOption, optionsRecord } from '../options/check.js';

/** Usages from here on need no trust anchor: the only ones that opportunistic verification takes. */
const FIRST_WITHOUT_TRUST_ANCHOR = 2;

/** A deep copy. What no certificate can match is found out by the handshake, not here. */
export function copyTlsaRecords(value: unknown): readonly TlsaRecord[] {
  if (!Array.isArray(value)) throw invalidOption('daneTlsaArray', value, 'an array of TLSA records');
  return value.map((record, index) => copyTlsaRecord(record, `daneTlsaArray[${index}]`));
}

export function usableOpportunistically(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  return records.filter(({ usage }) => usage >= FIRST_WITHOUT_TRUST_ANCHOR);
}

function copyTlsaRecord(value: unknown, name: string): TlsaRecord {
  const names = ['usage', 'selector', 'matchingType', 'data'];
  const record = optionsRecord(value, name, names);
  const { data } = record;
  if (!(data instanceof Uint8Array)) throw invalidOption(`${name}.data`, data, 'a Uint8Array');
  const octet = (field: string) => integer(record[field], `${name}.${field}`, { min: 0, max: 255 });
  return Object.freeze({
    usage: octet('usage'),
    selector: octet('selector'),
    matchingType: octet('matchingType'),
    data: Buffer.copyBytesFrom(data),
  });
}
