import { InvalidArgumentError } from 'commander';

/** Option parsers for commander: each turns the text after an option into its value or refuses it. */

export function parseCount(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A number that need not be whole. */
export function parseAbove(limit: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (value > limit && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a number above ${limit}, at most ${maximum}.`);
  };
}

export function parsePort(minimum: 0 | 1): (text: string) => number {
  return parseCount(minimum, 65_535);
}

export function parsePath(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must be the path of a file.');
}

/** A list of cipher suites: names stay text, numbers become numbers. The library refuses what it does not know. */
export function parseCipherSuites(list: string): (string | number)[] {
  const items = list.split(',').map((item) => item.trim());
  if (items.includes('')) {
    throw new InvalidArgumentError('A name or number is missing: give them with a single comma between two.');
  }
  return items.map((item) => (/^(0x[0-9a-f]+|\d+)$/i.test(item) ? Number(item) : item));
}

/** Gathers an option that may be repeated. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
