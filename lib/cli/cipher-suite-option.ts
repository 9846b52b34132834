/** `--cipher-suites`: names stay text, numbers become numbers. The library refuses what it does not know. */
export function parseCipherSuites(list: string | undefined): (string | number)[] | undefined {
  if (list === undefined) return undefined;
  const items = list.split(',').map((item) => item.trim());
  return items.map((item) => (/^(0x[0-9a-f]+|\d+)$/i.test(item) ? Number(item) : item));
}
