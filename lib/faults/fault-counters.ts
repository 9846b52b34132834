/** What a bad network has done to the datagrams of one direction. All only grow. */
export interface DirectionFaultCounters {
  /** Datagrams that came to the rules. */
  datagrams: number;
  /** Lost by `'lose'`. */
  lost: number;
  /** Copies that `'duplicate'` made. */
  duplicated: number;
  /** Delayed by `'delay'`. */
  delayed: number;
  /** Held by `'reorder'`. */
  reordered: number;
  /** Changed by `'corrupt'`. */
  corrupted: number;
  /** Cut by `'truncate'`. */
  truncated: number;
  /** Lost by `'blackout'`. */
  blackedOut: number;
  /** Lost by `'mtu'`. */
  oversized: number;
  /** Moves of the socket to another port that `'rebind'` asked for. */
  rebound: number;
  /** Lost because too many waited already: 262,144 datagrams, or 64 MiB. */
  overflowed: number;
  /** Waited still when the socket was closed. */
  abandoned: number;
  /** Of each rule that is set now, in the order of the options. */
  rules: readonly Readonly<RuleFaultCounters>[];
}

/** What one rule has done since it was set. */
export interface RuleFaultCounters {
  /** Datagrams that its `records`, `handshake`, size and time fitted. */
  matched: number;
  /** Of these, the ones that it acted on. */
  applied: number;
}

/** What a bad network has done to a socket or server: see {@link FaultInjector}. */
export interface FaultCounters {
  /** To what was sent. */
  send: Readonly<DirectionFaultCounters>;
  /** To what was to be received. */
  receive: Readonly<DirectionFaultCounters>;
}

/** In the order of `core::FaultCounters`. */
export const faultCounterNames = [
  'datagrams',
  'lost',
  'duplicated',
  'delayed',
  'reordered',
  'corrupted',
  'truncated',
  'blackedOut',
  'oversized',
  'rebound',
  'overflowed',
  'abandoned',
] as const satisfies readonly Exclude<keyof DirectionFaultCounters, 'rules'>[];

/** The memory that native code counts in; rules have one that is replaced with them. */
export class FaultCounterMemory {
  readonly directions = new BigUint64Array(2 * faultCounterNames.length);
  rules = new BigUint64Array(0);
  #sendRules = 0;

  /** For other rules: these begin with 0. */
  renew(sendRules: number, receiveRules: number): void {
    this.#sendRules = sendRules;
    this.rules = new BigUint64Array(2 * (sendRules + receiveRules));
  }

  read(): Readonly<FaultCounters> {
    const rules = Array.from({ length: this.rules.length / 2 }, (_, index) =>
      Object.freeze({ matched: Number(this.rules[2 * index]), applied: Number(this.rules[2 * index + 1]) }),
    );
    return Object.freeze({
      send: this.#direction(0, rules.slice(0, this.#sendRules)),
      receive: this.#direction(faultCounterNames.length, rules.slice(this.#sendRules)),
    });
  }

  #direction(first: number, rules: readonly Readonly<RuleFaultCounters>[]): Readonly<DirectionFaultCounters> {
    const values = faultCounterNames.map((name, index) => [name, Number(this.directions[first + index])]);
    return Object.freeze({ ...Object.fromEntries(values), rules: Object.freeze(rules) });
  }
}
