import { TlsError } from '../errors/tls-error.js';
import type { SessionSettings, SessionStore } from '../options/sessions.js';

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
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        this.#report(storeError('get', `no answer within ${this.#storeTimeout} ms`));
        resolve(null);
      }, this.#storeTimeout).unref();
    });
    const found = this.#attempt('get', async () => checked(await this.#store.get(key)));
    try {
      return (await Promise.race([found, late])) ?? null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Undefined when `action` fails. */
  async #attempt<T>(what: string, action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.#report(storeError(what, error instanceof Error ? error.message : String(error), error));
      return undefined;
    }
  }
}

function checked(session: unknown): Uint8Array | null {
  if (session === undefined || session === null) return null;
  if (session instanceof Uint8Array) return session;
  throw new TypeError(`a session must be a Uint8Array, not ${typeof session}`);
}

function storeError(what: string, why: string, cause?: unknown): TlsError {
  return new TlsError('ERR_SESSION_STORE', `sessions.store.${what}: ${why}`, { cause });
}
