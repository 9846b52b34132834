import { z } from 'zod';
import { closest } from '../options/closest.js';

/**
 * Building blocks of the scenario schema. Each says in its error what it expects, and nothing else: `scenario-issues.ts`
 * puts path and value in front.
 */

export function integerFrom(min: number, max: number, unit = ''): z.ZodNumber {
  const error = `an integer from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Not necessarily whole. */
export function numberFrom(min: number, max: number, unit = ''): z.ZodNumber {
  const error = `a number from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function numberAbove(limit: number, max: number, unit = ''): z.ZodNumber {
  const error = `a number above ${limit}, at most ${max}${unit === '' ? '' : ` ${unit}`}`;
  return z.number({ error }).gt(limit, { error }).max(max, { error });
}

export function textOf(expected: string, accepts: (text: string) => boolean = (text) => text !== ''): z.ZodString {
  return z.string({ error: expected }).refine(accepts, { error: expected });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(...values: Values) {
  const list = values.map((value) => `'${value}'`).join(' or ');
  return z.enum(values, {
    error: ({ input }) => {
      const suggestion = typeof input === 'string' ? closest(input, values) : undefined;
      return suggestion === undefined ? list : `${list}; did you mean '${suggestion}'?`;
    },
  });
}

export function trueOrFalse(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' });
}

export function listOf<Item extends z.ZodType>(item: Item, max: number, what: string) {
  const error = `a list of 1 to ${max} ${what}`;
  return z.array(item, { error }).min(1, { error }).max(max, { error });
}

/** An object that refuses names outside of `shape`, and says which was meant. */
export function recordOf<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? meant(issue.keys[0] ?? '', known) : `an object with ${known.join(', ')}`,
  });
}

function meant(name: string, known: readonly string[]): string {
  const suggestion = closest(name, known);
  return suggestion === undefined ? `known are ${known.join(', ')}` : `did you mean '${suggestion}'?`;
}
