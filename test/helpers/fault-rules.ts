/** What a fault proxy may do to a datagram, and the rules that decide it. */
import type { DtlsRecord } from './dtls-records.js';

export type Direction = 'toServer' | 'toClient';

/** A datagram on its way through the proxy. */
export interface Passage {
  direction: Direction;
  /** Which client, counted from 0 in the order in which the clients appeared. */
  link: number;
  /** 1 for the first datagram of this link in this direction, and so on. */
  number: number;
  bytes: Buffer;
  records: DtlsRecord[];
}

export type Verdict =
  | { fate: 'pass' }
  | { fate: 'lose' }
  /** Leaves right behind the next datagram of its link and direction, or after the proxy's `holdMilliseconds`. */
  | { fate: 'hold' }
  | { fate: 'duplicate'; copies: number }
  | { fate: 'delay'; milliseconds: number }
  /** Other bytes go out in its place. */
  | { fate: 'replace'; bytes: Buffer };

/** A verdict, or what makes one for a datagram. */
export type Decision = Verdict | ((passage: Passage) => Verdict);

/** Undefined: no opinion, the next rule is asked, in the end the rates. */
export type Rule = (passage: Passage) => Verdict | undefined;

/** Loses the n-th datagram (from 1) of every link; several numbers lose several. */
export function loseNth(...numbers: number[]): Rule {
  return when((passage) => numbers.includes(passage.number), { fate: 'lose' });
}

/** Swaps the n-th datagram with the one after it. */
export function swapNth(...numbers: number[]): Rule {
  return when((passage) => numbers.includes(passage.number), { fate: 'hold' });
}

/** Applies `verdict` to every datagram that passes `test`. */
export function when(test: (passage: Passage) => boolean, verdict: Decision): Rule {
  return (passage) => {
    if (!test(passage)) return undefined;
    return typeof verdict === 'function' ? verdict(passage) : verdict;
  };
}

/**
 * Counts only the datagrams of each link that pass `test`, and applies `verdict` to those with the given numbers, from 1.
 * Keeps count: one rule serves one direction of one proxy.
 */
export function nthOf(test: (passage: Passage) => boolean, numbers: number[], verdict: Decision): Rule {
  const seen = new Map<number, number>();
  return when((passage) => {
    if (!test(passage)) return false;
    const number = (seen.get(passage.link) ?? 0) + 1;
    seen.set(passage.link, number);
    return numbers.includes(number);
  }, verdict);
}

/** Probabilities per datagram, drawn in this order; the first that comes up wins. */
export interface Rates {
  loss?: number;
  duplication?: number;
  reordering?: number;
  corruption?: number;
  delay?: number;
  /** Longest delay; each is drawn evenly up to it. Default 20. */
  delayMilliseconds?: number;
}

export interface DirectionFaults extends Rates {
  /** Asked before the rates, in order. */
  rules?: Rule[];
}

/** Six numbers are drawn for every datagram whatever comes of them, so that one fate never shifts the later ones. */
export function drawFate(rates: Rates, passage: Passage, random: () => number): Verdict {
  const lost = random() < (rates.loss ?? 0);
  const duplicated = random() < (rates.duplication ?? 0);
  const held = random() < (rates.reordering ?? 0);
  const corrupted = random() < (rates.corruption ?? 0);
  const delayed = random() < (rates.delay ?? 0);
  const detail = random();
  if (lost) return { fate: 'lose' };
  if (duplicated) return { fate: 'duplicate', copies: 1 };
  if (held) return { fate: 'hold' };
  if (corrupted) return { fate: 'replace', bytes: flipBit(passage.bytes, detail) };
  if (delayed) return { fate: 'delay', milliseconds: detail * (rates.delayMilliseconds ?? 20) };
  return { fate: 'pass' };
}

/** A copy with one bit turned over; `where` in [0, 1) chooses it. */
export function flipBit(bytes: Buffer, where: number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const bit = Math.floor(where * copy.length * 8);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
