/** Checks of what stands in a script: each throws an `EngineError` that says where, what came and what was expected. */
import { EngineError } from './engine-error.js';

/** An object with names out of `known`; null, as YAML has for `step:` with nothing behind it, is an empty one. */
export function record(value: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid(where, value, `an object with ${known.join(', ')}`);
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    throw new EngineError('ERR_UNKNOWN_OPTION', `${where}: unknown '${name}', known are ${known.join(', ')}`);
  }
  return value as Record<string, unknown>;
}

export function number(
  value: unknown,
  where: string,
  { min, max }: { min: number; max: number },
  fallback: number,
): number {
  if (value === undefined) return fallback;
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given === 'number' && given >= min && given <= max) return given;
  throw invalid(where, value, `a number from ${min} to ${max}`);
}

export function integer(value: unknown, where: string, range: { min: number; max: number }, fallback: number): number {
  const given = number(value, where, range, fallback);
  if (Number.isInteger(given)) return given;
  throw invalid(where, value, `an integer from ${range.min} to ${range.max}`);
}

export function text(value: unknown, where: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(where, value, 'a text');
}

export function flag(value: unknown, where: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw invalid(where, value, 'true or false');
}

export function invalid(where: string, value: unknown, expected: string): EngineError {
  const shown = typeof value === 'string' ? `'${value.slice(0, 60)}'` : Array.isArray(value) ? 'a list' : String(value);
  return new EngineError('ERR_INVALID_OPTION', `${where}: got ${shown}, expected ${expected}`);
}
