import { integer } from '../options/check.js';

/** The longest delay of a timer of Node.js. */
const LONGEST_SECONDS = 2_147_483;

/** Calls `expire` once, and does not keep the process for it. Throws `ERR_INVALID_OPTION`, with `name`, for `seconds`. */
export function expireAfter(seconds: number, name: string, expire: () => void): NodeJS.Timeout {
  const delay = integer(seconds, name, { min: 1, max: LONGEST_SECONDS, unit: 'seconds' });
  return setTimeout(expire, delay * 1_000).unref();
}
