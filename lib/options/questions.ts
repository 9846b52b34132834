import { integer, invalidOption } from './check.js';
import type { ServerIdentityOptions } from './server-security.js';

/** The client whose handshake waits for an answer. */
export interface AskingClient {
  /** Numeric. */
  readonly address: string;
  /** UDP port. */
  readonly port: number;
  /**
   * Fires when nobody waits for the answer any more: `questionTimeout` is over, the client has gone or begun again, or the
   * server closes. Its reason is a {@link TlsError}.
   */
  readonly signal: AbortSignal;
}

/** Looks up the key of an identity that is not among the server's `identities`; null and undefined: there is none. */
export type PskLookup = (
  identity: string,
  client: AskingClient,
) => Uint8Array | null | undefined | Promise<Uint8Array | null | undefined>;

/** Says whether a client may go on; `serverName` is what it asked for (SNI), undefined without. */
export type ClientAdmission = (
  client: AskingClient & { readonly serverName: string | undefined },
) => boolean | Promise<boolean>;

/** Chooses the credentials for a server name; null and undefined: the server's own. */
export type ContextSelection = (
  serverName: string,
  client: AskingClient,
) => ServerIdentityOptions | null | undefined | Promise<ServerIdentityOptions | null | undefined>;

/**
 * What a server asks while a handshake waits; all other clients go on. A function that throws or rejects ends the
 * handshake with a `'clientError'` of `ERR_QUESTION_FAILED`, one that is too late with `ERR_NO_ANSWER`.
 */
export interface QuestionOptions {
  /**
   * Whether a client may connect, asked when its hello has come from where it says, before anything is spent on it. Denied,
   * it gets the alert `access_denied`, and `'clientError'` has `ERR_CLIENT_DENIED`. Also before a session is resumed.
   * Default: everybody may. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_client_hello_cb`.
   *
   * @example admit: ({ address }) => !blocked.has(address)
   */
  admit?: ClientAdmission | undefined;
  /**
   * The certificate for a server name (SNI) that `addContext()` was not told, as its options; needs `cert`, for everybody
   * else. It is kept for as long as its object: give the same object again, and it costs nothing. Not asked for clients
   * without a name. Default: none. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_client_hello_cb`, `SSL_set_SSL_CTX`.
   *
   * @example selectContext: async (serverName) => certificates.find(serverName)
   */
  selectContext?: ContextSelection | undefined;
  /**
   * How long a handshake waits for `admit`, `selectContext` or the function `psk`; `handshakeTimeouts` may end it
   * earlier. Integer 1..60000 ms, default 5000. Throws `ERR_INVALID_OPTION`.
   */
  questionTimeout?: number | undefined;
}

export interface QuestionSettings {
  /** Null: all identities are known natively. */
  readonly psk: PskLookup | null;
  readonly admit: ClientAdmission | null;
  readonly selectContext: ContextSelection | null;
  /** Milliseconds. */
  readonly timeout: number;
}

export const questionOptionNames = [
  'admit',
  'selectContext',
  'questionTimeout',
] as const satisfies readonly (keyof QuestionOptions)[];

/** `psk` is among them where it is a function. */
export function parseQuestions(options: Record<string, unknown>): QuestionSettings {
  const { psk, admit, selectContext, questionTimeout } = options;
  return Object.freeze({
    psk: typeof psk === 'function' ? (psk as PskLookup) : null,
    admit: parseFunction<ClientAdmission>(admit, 'admit'),
    selectContext: parseFunction<ContextSelection>(selectContext, 'selectContext'),
    timeout: integer(questionTimeout, 'questionTimeout', { min: 1, max: 60_000, unit: 'ms', default: 5_000 }),
  });
}

function parseFunction<T>(value: unknown, name: string): T | null {
  if (value === undefined) return null;
  if (typeof value === 'function') return value as T;
  throw invalidOption(name, value, 'a function');
}
