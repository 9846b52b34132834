import { getSystemErrorMap } from 'node:util';
import { TlsError } from './tls-error.js';

/** Code and words of a positive error number: `{ code: 'ECONNREFUSED', text: 'connection refused' }`. */
export function describeErrno(errno: number): { code: string; text: string } {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ['EIO', `unknown system error ${errno}`];
  return { code, text };
}

/** Wraps what the binding or Node threw for a failed system call; `what` tells what was tried. The code is not in the text. */
export function systemError(what: string, error: unknown): TlsError {
  if (error instanceof TlsError) return error;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  const text =
    errno === undefined ? (error as Error).message : (getSystemErrorMap().get(-Math.abs(errno))?.[1] ?? code);
  return new TlsError(code, `${what}: ${text}`, {
    errno: errno === undefined ? undefined : Math.abs(errno),
    syscall,
    cause: error,
  });
}
