import { type InspectOptions, inspect } from 'node:util';

/** What `console.log` shows of an object whose state is private: its class and these fields, in one line where they fit. */
export function inspected(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  options: InspectOptions,
): string {
  if (depth < 0) return `[${name}]`;
  const shown = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return `${name} ${inspect(shown, { ...options, depth: 0, compact: 3 })}`;
}
