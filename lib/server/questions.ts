import { HelloVerdict, type NativeContext } from '../binding.js';
import { Status } from '../errors/status.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import type { HelloWantedRecord, PskWantedRecord } from '../events/records.js';
import { parseKey } from '../options/psk.js';
import type { AskingClient, QuestionSettings } from '../options/questions.js';
import type { ServerIdentityOptions } from '../options/server-security.js';

interface Asked {
  readonly controller: AbortController;
  /** Why the handshake was refused, until its end is reported. */
  failure?: TlsError;
}

/** How an answer is given to native code; each returns a status. */
interface Answers<T> {
  /** May throw for an answer that cannot be used. */
  give(answer: T): number;
  refuse(): number;
}

/**
 * Asks the functions of a server's options on behalf of handshakes, which wait in native code. One question at a time for
 * each, so there are never more than half-open handshakes. Whatever a function does, nothing is thrown here.
 */
export class Questions {
  readonly #settings: QuestionSettings;
  readonly #contextOf: (options: ServerIdentityOptions) => NativeContext;
  /** By peer: those that are open, and those whose handshakes were refused and have not ended yet. */
  readonly #asked = new Map<number, Asked>();

  constructor(settings: QuestionSettings, contextOf: (options: ServerIdentityOptions) => NativeContext) {
    this.#settings = settings;
    this.#contextOf = contextOf;
  }

  askPsk({ native, number }: Endpoint, { peer, identity, address, port }: PskWantedRecord): void {
    const { psk } = this.#settings;
    const ask = async (signal: AbortSignal) => psk?.(identity, Object.freeze({ address, port, signal }));
    void this.#ask('psk', peer, ask, {
      give: (key) => native.answerPsk(number, peer, key === undefined || key === null ? null : parseKey(key), false),
      refuse: () => native.answerPsk(number, peer, null, true),
    });
  }

  askHello({ native, number }: Endpoint, record: HelloWantedRecord): void {
    const { peer } = record;
    const what = this.#settings.admit === null ? 'selectContext' : 'admit';
    void this.#ask(what, peer, (signal) => this.#judge(record, signal), {
      give: (context) =>
        context === 'denied'
          ? native.answerHello(number, peer, HelloVerdict.denied, null)
          : native.answerHello(number, peer, HelloVerdict.admitted, context),
      refuse: () => native.answerHello(number, peer, HelloVerdict.failed, null),
    });
  }

  /** The handshake of a peer has come to nothing. Returns why, if the reason was a question. */
  over(peer: number): TlsError | undefined {
    const asked = this.#asked.get(peer);
    if (asked === undefined) return undefined;
    this.#asked.delete(peer);
    asked.controller.abort(new TlsError('ERR_CLOSED', 'the client has gone, or has begun another handshake'));
    return asked.failure;
  }

  /** All of them are over. */
  close(reason: TlsError): void {
    const controllers = [...this.#asked.values()].map(({ controller }) => controller);
    this.#asked.clear();
    for (const controller of controllers) controller.abort(reason);
  }

  /** Both functions are asked at once; a client that is denied does not wait for the other one. */
  async #judge(record: HelloWantedRecord, signal: AbortSignal): Promise<NativeContext | null | 'denied'> {
    const { address, port, serverName, wantsCredentials } = record;
    const { admit, selectContext } = this.#settings;
    const client: AskingClient = Object.freeze({ address, port, signal });
    const selecting = wantsCredentials ? (async () => selectContext?.(serverName, client))() : undefined;
    selecting?.catch(() => {}); // looked at below, or not any more
    if (admit !== null) {
      const admitted: unknown = await admit(Object.freeze({ ...client, serverName: serverName || undefined }));
      if (typeof admitted !== 'boolean') throw new TypeError(`admit must answer true or false, not ${typeof admitted}`);
      if (!admitted) return 'denied';
    }
    const options = await selecting;
    return options === undefined || options === null ? null : this.#contextOf(options);
  }

  async #ask<T>(
    what: string,
    peer: number,
    ask: (signal: AbortSignal) => Promise<T>,
    answers: Answers<T>,
  ): Promise<void> {
    const asked: Asked = { controller: new AbortController() };
    const { signal } = asked.controller;
    this.#asked.set(peer, asked);
    const refuse = (failure: TlsError) => {
      asked.failure = failure;
      if (answers.refuse() !== Status.ok) this.#asked.delete(peer);
    };
    const { timeout } = this.#settings;
    const timer = setTimeout(() => {
      const late = new TlsError('ERR_NO_ANSWER', `${what}: no answer within ${timeout} ms`);
      refuse(late);
      asked.controller.abort(late);
    }, timeout).unref();
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    try {
      const answer = await ask(signal);
      if (signal.aborted) return;
      answers.give(answer);
      this.#asked.delete(peer);
    } catch (error) {
      if (!signal.aborted) refuse(questionFailed(what, error));
    } finally {
      clearTimeout(timer);
    }
  }
}

function questionFailed(what: string, cause: unknown): TlsError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new TlsError('ERR_QUESTION_FAILED', `${what}: ${words}`, { cause });
}
