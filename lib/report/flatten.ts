/** A value of a nested record by the path to it: `['arrival.rate', '500']`. */
export type FlatValue = readonly [path: string, text: string];

/** Nested values as paths, in their order; lists of plain values stay together. Nothing but what JSON can hold. */
export function flatten(value: unknown, path = ''): FlatValue[] {
  if (typeof value !== 'object' || value === null) return [[path, plain(value)]];
  if (Array.isArray(value)) {
    return value.every(isPlain) && value.length > 0
      ? [[path, value.map(plain).join(', ')]]
      : elements(value, path, '[]', (index) => `${path}[${index}]`);
  }
  return elements(value, path, '{}', (name) => (path === '' ? name : `${path}.${name}`));
}

function elements(value: object, path: string, empty: string, pathOf: (key: string) => string): FlatValue[] {
  const entries = Object.entries(value);
  if (entries.length === 0) return path === '' ? [] : [[path, empty]];
  return entries.flatMap(([key, element]) => flatten(element, pathOf(key)));
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function plain(value: unknown): string {
  return typeof value === 'number' && Number.isFinite(value)
    ? value.toLocaleString('en-US', { maximumFractionDigits: 20 })
    : String(value);
}
