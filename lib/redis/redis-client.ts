import { invalidSecret } from '../options/check.js';

/** What the stores ask of a client of Redis: `Redis` and `Cluster` of `ioredis` are ones. */
export interface RedisClient {
  /** SET with EX: resolves when the value is kept, for `seconds`. */
  set(key: string, value: Buffer, expiry: 'EX', seconds: number): Promise<unknown>;
  /** The same with NX: nothing happens if the key has a value. */
  set(key: string, value: Buffer, expiry: 'EX', seconds: number, condition: 'NX'): Promise<unknown>;
  /** GET, as bytes: null when there is none. */
  getBuffer(key: string): Promise<Buffer | null>;
  /** DEL. */
  del(key: string): Promise<unknown>;
}

/** Throws `ERR_INVALID_OPTION`; a client shows its password when it is printed, so it is not. */
export function checkedClient(value: unknown): RedisClient {
  const client = value as Record<string, unknown> | null | undefined;
  const complete = ['set', 'getBuffer', 'del'].every((name) => typeof client?.[name] === 'function');
  if (complete) return value as RedisClient;
  throw invalidSecret('client', value, "a client of Redis with set, getBuffer and del, such as ioredis' Redis");
}
