import type { TlsaRecord } from '../binding.js';

/** Usages from here on need no trust anchor: the only ones that opportunistic verification takes. */
const FIRST_WITHOUT_TRUST_ANCHOR = 2;

export function usableOpportunistically(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  return records.filter(({ usage }) => usage >= FIRST_WITHOUT_TRUST_ANCHOR);
}
