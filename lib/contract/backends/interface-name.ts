import { networkInterfaces } from 'node:os';

/** The interface that has an address; undefined when none has, as with a wildcard address. */
export function interfaceWith(address: string): string | undefined {
  const [plain, zone] = address.split('%');
  const found = Object.entries(networkInterfaces()).find(([name, addresses]) =>
    addresses?.some((it) => it.address === plain && (zone === undefined || zone === name)),
  );
  return found?.[0];
}
