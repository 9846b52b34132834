import { abortError } from '../errors/abort-error.js';
import { TlsError } from '../errors/tls-error.js';
import { type ConnectOptions, parseConnectOptions } from '../options/client-options.js';
import { wipeClientSecrets } from '../options/client-security.js';
import type { PskCredentials, PskSource } from '../options/psk.js';

/** Stands for credentials that are not there yet, so that all other options can be checked before anybody is asked. */
const placeholder: PskCredentials = Object.freeze({ identity: '?', key: Uint8Array.of(0) });

/** The options, with the credentials that the function `psk` gives in its place. */
export async function askForPsk(options: ConnectOptions): Promise<ConnectOptions> {
  const source = (options as ConnectOptions | undefined | null)?.psk;
  if (typeof source !== 'function') return options;
  const {
    host,
    port,
    signal = new AbortController().signal,
    security,
  } = parseConnectOptions({
    ...options,
    psk: placeholder,
  });
  wipeClientSecrets(security);
  if (signal.aborted) throw abortError('connect', signal);
  const psk = await unlessAborted(ask(source, { host, port, signal }), signal);
  return { ...options, psk };
}

async function ask(source: PskSource, server: Parameters<PskSource>[0]): Promise<PskCredentials> {
  try {
    const psk: unknown = await source(Object.freeze(server));
    if (typeof psk === 'object' && psk !== null) return psk as PskCredentials;
    throw new TypeError(
      `the function must answer an object with identity and key, not ${psk === null ? psk : typeof psk}`,
    );
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new TlsError('ERR_QUESTION_FAILED', `psk: ${words}`, { cause: error });
  }
}

async function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortError('connect', signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
