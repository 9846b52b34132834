import { integer, invalidOption } from './check.js';

/** A host name or a numeric address, not resolved yet. */
export function parseHost(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 255 && !/[\s\0/]/.test(value)) return value;
  const advice =
    typeof value === 'string' && value.includes('://') ? 'give the host alone, without the scheme of a URI' : undefined;
  throw invalidOption(name, value, 'a host name or an IP address', advice);
}

/** `lowest` is 0 where the system may choose, otherwise 1. */
export function parsePort(value: unknown, name: string, lowest: 0 | 1): number {
  return integer(value, name, { min: lowest, max: 65_535, ...(lowest === 0 && { default: 0 }) });
}
