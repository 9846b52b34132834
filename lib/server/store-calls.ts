import { TlsError } from '../errors/tls-error.js';

/** What a store of the user's did wrong. `what` is its method, by the name of the option. */
export function storeError(what: string, cause: unknown): TlsError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TlsError('ERR_SESSION_STORE', `${what}: ${why}`, { cause });
}

/** `answer`, or a rejection when it is late. Waiting does not keep the process. */
export async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
