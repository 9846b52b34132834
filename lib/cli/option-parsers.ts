import { InvalidArgumentError } from 'commander';

/** Option parsers for commander: each turns the text after an option into its value or refuses it. */

export function parseCount(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

export function parsePort(minimum: 0 | 1): (text: string) => number {
  return parseCount(minimum, 65_535);
}

/** Gathers an option that may be repeated. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
