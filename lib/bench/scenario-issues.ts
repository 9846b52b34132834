import type { z } from 'zod';
import { TlsError } from '../index.js';
import { invalidOption, invalidSecret } from '../options/check.js';

/** Places of a scenario that hold keys: what stands there is not shown. */
const SECRETS = new Set(['psk', 'key']);

/** What is wrong with a scenario, as the error of one option: its path, what stands there, what was expected. */
export function scenarioError(issue: z.core.$ZodIssue, scenario: unknown): TlsError {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const where = path === '' ? 'a scenario' : path;
    return new TlsError('ERR_UNKNOWN_OPTION', `unknown option '${issue.keys[0]}' of ${where}: ${issue.message}`);
  }
  const got = valueAt(scenario, issue.path);
  const isSecret = issue.path.some((step) => SECRETS.has(String(step)));
  return (isSecret ? invalidSecret : invalidOption)(path === '' ? 'scenario' : path, got, issue.message);
}

/** `flows[0].steps[2].seconds` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], value);
}
