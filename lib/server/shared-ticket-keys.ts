import { randomFillSync } from 'node:crypto';
import type { TlsError } from '../errors/tls-error.js';
import { periodsBack, type SessionSettings, TICKET_KEY_BYTES, type TicketKeyStore } from '../options/sessions.js';
import { PeriodKeys } from './period-keys.js';
import { inTime, storeError } from './store-calls.js';

/** So often the store is asked again: it may have lost its memory, and clocks are set. */
const USUAL_PAUSE = 60_000;

/** The same after it has failed. */
const RETRY_PAUSE = 5_000;

/** Asked at least so often in each period, so that its failures are over before a new key is needed. */
const ASKED_PER_PERIOD = 4;

/**
 * Ticket keys that servers agree on in a {@link TicketKeyStore}, one for each period of time. The store is offered a key of
 * ours for each period, and answers with the one that all shall use, ours or another's.
 *
 * The newest key that was agreed on seals; until the first one is, ours of the current period does. A key is wiped when no
 * ticket of its period can be good any more, whether the store answers or not.
 */
export class SharedTicketKeys {
  readonly #store: TicketKeyStore;
  readonly #rotationMillis: number;
  readonly #periodsBack: number;
  readonly #storeTimeout: number;
  readonly #install: (keys: Uint8Array) => void;
  readonly #report: (error: TlsError) => void;
  readonly #periods = new Map<number, PeriodKeys>();
  #timer: NodeJS.Timeout | undefined;
  /** Lets start() go on. Another function for each start, undefined while stopped. */
  #ready: (() => void) | undefined;

  /** `install` gets all keys, that which seals first, and copies them. */
  constructor(
    store: TicketKeyStore,
    { timeout, ticketKeyRotation, storeTimeout }: SessionSettings,
    install: (keys: Uint8Array) => void,
    report: (error: TlsError) => void,
  ) {
    this.#store = store;
    this.#rotationMillis = ticketKeyRotation * 1_000;
    this.#periodsBack = periodsBack(timeout, ticketKeyRotation);
    this.#storeTimeout = storeTimeout;
    this.#install = install;
    this.#report = report;
  }

  /**
   * Resolves when keys are installed, since the store has answered, has failed or is too late, or with stop(); keeps the
   * process until then, and not any longer. Never rejects.
   */
  async start(): Promise<void> {
    const hold = setInterval(() => {}, this.#storeTimeout);
    await new Promise<void>((resolve) => {
      this.#ready = resolve;
      void this.#renew(resolve).then(resolve);
    });
    clearInterval(hold);
  }

  /** Keys are wiped here; those that were installed stay. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const keys of this.#periods.values()) keys.wipe();
    this.#periods.clear();
    this.#ready?.();
    this.#ready = undefined;
  }

  /** `run` is the start() that this belongs to. */
  async #renew(run: () => void): Promise<void> {
    const current = this.#currentPeriod();
    this.#movePeriods(current);
    let pause = USUAL_PAUSE;
    try {
      await inTime(Promise.all(this.#periodsToAsk(current).map((period) => this.#agree(period))), this.#storeTimeout);
    } catch (error) {
      if (this.#ready === run) this.#report(storeError('sessions.ticketKeyStore.agree', error));
      pause = RETRY_PAUSE;
    }
    if (this.#ready !== run) return;
    this.#installAll();
    const untilNext = this.#rotationMillis - (Date.now() % this.#rotationMillis);
    const delay = Math.min(pause, untilNext, this.#rotationMillis / ASKED_PER_PERIOD);
    this.#timer = setTimeout(() => void this.#renew(run), delay).unref();
  }

  async #agree(period: number): Promise<void> {
    const keys = this.#periods.get(period) as PeriodKeys;
    const needed = (period + this.#periodsBack + 1) * this.#rotationMillis - Date.now();
    const seconds = Math.max(1, Math.ceil(needed / 1_000));
    const answer: unknown = await this.#store.agree(period, Uint8Array.from(keys.newest), seconds);
    if (!(answer instanceof Uint8Array) || answer.length !== TICKET_KEY_BYTES) {
      throw new TypeError(`a ticket key must be a Uint8Array of ${TICKET_KEY_BYTES} bytes`);
    }
    if (this.#periods.get(period) === keys) keys.agreed(answer);
  }

  /** That which is sealed with, that which will be, and earlier ones until they are known: they do not change any more. */
  #periodsToAsk(current: number): number[] {
    return [...this.#periods].filter(([period, keys]) => period >= current || !keys.shared).map(([period]) => period);
  }

  /** Makes keys of ours for periods that are new, and wipes those of periods that are over. */
  #movePeriods(current: number): void {
    const [oldest, newest] = [current - this.#periodsBack, current + 1];
    for (const [period, keys] of this.#periods) {
      if (period >= oldest && period <= newest) continue;
      keys.wipe();
      this.#periods.delete(period);
    }
    for (let period = oldest; period <= newest; period++) {
      if (!this.#periods.has(period)) this.#periods.set(period, new PeriodKeys(randomKey()));
    }
  }

  /** That which seals is the first. */
  #installAll(): void {
    const current = this.#currentPeriod();
    const newestFirst = [...this.#periods].sort(([one], [other]) => other - one);
    const [sealing] = newestFirst.find(([period, { shared }]) => period <= current && shared) ?? [current];
    const ordered = newestFirst.sort(([one], [other]) => Number(other === sealing) - Number(one === sealing));
    ordered[0]?.[1].use();
    const all = Buffer.concat(ordered.flatMap(([, keys]) => keys.all));
    this.#install(all);
    all.fill(0);
  }

  #currentPeriod(): number {
    return Math.floor(Date.now() / this.#rotationMillis);
  }
}

function randomKey(): Uint8Array {
  return randomFillSync(new Uint8Array(TICKET_KEY_BYTES));
}
