import { inspect } from 'node:util';
import { TlsError } from '../errors/tls-error.js';
import { closest } from './closest.js';

/** An option or argument that cannot be used: what came, what was expected, and what to do where that is not obvious. */
export function invalidOption(name: string, got: unknown, expected: string, advice?: string): TlsError {
  const message = `${name}: got ${shown(got)}, expected ${expected}`;
  return new TlsError('ERR_INVALID_OPTION', advice === undefined ? message : `${message}; ${advice}`);
}

/** As {@link invalidOption}, for what may be a secret: only the type of what came is told. */
export function invalidSecret(name: string, got: unknown, expected: string): TlsError {
  return new TlsError('ERR_INVALID_OPTION', `${name}: got ${typeText(got)}, expected ${expected}`);
}

/**
 * The own properties of `options` that are not undefined. Throws for what is not an object, and for names outside
 * `known`: an option that is silently ignored costs its author hours.
 */
export function optionsRecord(options: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(where, options, `an object with ${known.join(', ')}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const suggestion = closest(name, known);
    const advice = suggestion === undefined ? `known are ${known.join(', ')}` : `did you mean '${suggestion}'?`;
    throw new TlsError('ERR_UNKNOWN_OPTION', `unknown option '${name}' of ${where}: ${advice}`);
  }
  return options as Record<string, unknown>;
}

/** As {@link optionsRecord}, for an object that holds secrets. */
export function secretsRecord(options: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (isRecord) return optionsRecord(options, where, known);
  throw invalidSecret(where, options, `an object with ${known.join(', ')}`);
}

export interface IntegerRange {
  min: number;
  max: number;
  /** For the message: `ms`, `bytes`. */
  unit?: string;
  default?: number;
}

/** An integer within its range; `default` when undefined, which throws where there is no default. */
export function integer(value: unknown, name: string, range: IntegerRange): number {
  if (value === undefined && range.default !== undefined) return range.default;
  if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  const unit = range.unit === undefined ? '' : ` ${range.unit}`;
  throw invalidOption(name, value, `an integer from ${range.min} to ${range.max}${unit}`);
}

/** A number within its range, not necessarily whole. */
export function number(value: unknown, name: string, range: { min: number; max: number; default: number }): number {
  if (value === undefined) return range.default;
  if (typeof value === 'number' && value >= range.min && value <= range.max) return value;
  throw invalidOption(name, value, `a number from ${range.min} to ${range.max}`);
}

/** A string that `accepts` likes; `expected` says what that is. */
export function text(value: unknown, name: string, expected: string, accepts: (it: string) => boolean): string {
  if (typeof value === 'string' && accepts(value)) return value;
  throw invalidOption(name, value, expected);
}

export function boolean(value: unknown, name: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw invalidOption(name, value, 'true or false');
}

export function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  if (allowed.includes(value as T)) return value as T;
  const list = allowed.map((item) => `'${item}'`).join(' or ');
  const suggestion = typeof value === 'string' ? closest(value, allowed) : undefined;
  throw invalidOption(name, value, list, suggestion === undefined ? undefined : `did you mean '${suggestion}'?`);
}

/** Short, and never the content of a buffer, inside of another object or not: it could be a key. */
function shown(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === 'function') return 'a function';
  // Without customInspect: a Buffer's own inspection shows its bytes at any depth.
  const oneLine = { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 60, maxArrayLength: 6 };
  return inspect(value, { depth: 0, customInspect: false, ...oneLine });
}

function typeText(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object'
    ? `an object (${value.constructor?.name ?? 'without a prototype'})`
    : `a ${typeof value}`;
}
