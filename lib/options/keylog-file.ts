import { invalidOption } from './check.js';

/** The path of the key log; undefined when there is none. */
export function parseKeylogFile(value: unknown): string | undefined {
  if (value === false) return undefined;
  if (value === undefined) return process.env['SSLKEYLOGFILE'] || undefined;
  if (typeof value === 'string' && value.length > 0 && !value.includes('\0')) return value;
  throw invalidOption('keylogFile', value, 'a path or false');
}
