import type { TlsError } from '../errors/tls-error.js';
import type { SessionSettings, SessionStore } from '../options/sessions.js';
import { inTime, storeError } from './store-calls.js';

/**
 * A server's side of its {@link SessionStore}: whatever that does, handshakes go on. What it throws, or rejects with, goes to
 * `report` as `ERR_SESSION_STORE`.
 */
export class StoredSessions {
  readonly #store: SessionStore;
  readonly #timeout: number;
  readonly #storeTimeout: number;
  readonly #report: (error: TlsError) => void;

  constructor(
    store: SessionStore,
    { timeout, storeTimeout }: Pick<SessionSettings, 'timeout' | 'storeTimeout'>,
    report: (error: TlsError) => void,
  ) {
    this.#store = store;
    this.#timeout = timeout;
    this.#storeTimeout = storeTimeout;
    this.#report = report;
  }

  /** `session` is the store's from now on. */
  keep(id: Buffer, session: Uint8Array): void {
    void this.#attempt('set', () => this.#store.set(id.toString('hex'), session, this.#timeout));
  }

  forget(id: Buffer): void {
    void this.#attempt('delete', () => this.#store.delete(id.toString('hex')));
  }

  /** Null when there is none, when the store fails, and when it takes too long. Never rejects. */
  async find(id: Buffer): Promise<Uint8Array | null> {
    const key = id.toString('hex');
    const get = async () => checked(await this.#store.get(key));
    return (await this.#attempt('get', () => inTime(get(), this.#storeTimeout))) ?? null;
  }

  /** Undefined when `action` fails. */
  async #attempt<T>(what: string, action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.#report(storeError(`sessions.store.${what}`, error));
      return undefined;
    }
  }
}

function checked(session: unknown): Uint8Array | null {
  if (session === undefined || session === null) return null;
  if (session instanceof Uint8Array) return session;
  throw new TypeError(`a session must be a Uint8Array, not ${typeof session}`);
}
