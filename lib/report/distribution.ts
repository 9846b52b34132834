import { decodeFromCompressedBase64, type JsHistogram } from 'hdr-histogram-js';
import type { LatencySummary } from '../bench/bench-result.js';
import { TlsError } from '../errors/tls-error.js';

export interface Bin {
  /** Both in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Bits of a counter: with 32 a long run would overflow. */
const COUNTER_BITS = 64;
const MOST_BINS = 64;
/** Finer ones would show the resolution of an HDR histogram of three digits. */
const BINS_PER_DECADE = [96, 48, 24, 12, 6, 3];

/** The latencies of one operation, out of their HDR histogram. */
export class Distribution {
  readonly total: number;
  readonly max: number;
  /** Milliseconds, ascending, and how many were not above them. */
  readonly #upTo: number[] = [];
  readonly #cumulative: number[] = [];

  /** Throws `ERR_INVALID_RESULT` when `latency.hdr` is not such a histogram, or is empty. */
  constructor(latency: LatencySummary) {
    let total = 0;
    for (const [micros, count] of recordedValues(latency.hdr)) {
      total += count;
      this.#upTo.push(Math.min(micros / 1_000, latency.max));
      this.#cumulative.push(total);
    }
    if (total === 0) throw new TlsError('ERR_INVALID_RESULT', 'hdr: the histogram is empty, expected some latencies');
    this.total = total;
    this.max = latency.max;
  }

  /** Milliseconds that a share (0 to 1) of the latencies did not exceed. */
  valueAt(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.total - 1e-9));
    const index = this.#cumulative.findIndex((below) => below >= rank);
    return index < 0 ? this.max : (this.#upTo[index] as number);
  }

  /** At most 64 bins of equal width on a logarithmic scale, without gaps. */
  bins(): Bin[] {
    const logarithms = this.#upTo.map((value) => Math.log10(Math.max(value, 0.001)));
    const first = logarithms[0] as number;
    const last = logarithms.at(-1) as number;
    const perDecade = BINS_PER_DECADE.find((it) => (last - first) * it < MOST_BINS - 1) ?? 3;
    const offset = Math.floor(first * perDecade);
    const counts = new Array<number>(Math.floor(last * perDecade) - offset + 1).fill(0);
    let before = 0;
    for (const [index, logarithm] of logarithms.entries()) {
      const upTo = this.#cumulative[index] as number;
      const bin = Math.floor(logarithm * perDecade) - offset;
      counts[bin] = (counts[bin] as number) + upTo - before;
      before = upTo;
    }
    const edge = (bin: number): number => 10 ** ((offset + bin) / perDecade);
    return counts.map((count, bin) => ({ from: edge(bin), to: edge(bin + 1), count }));
  }

  /**
   * How far apart two distributions are, 0 (the same) to 1 (no overlap): the largest difference of their cumulative
   * shares, known from the Kolmogorov-Smirnov test.
   */
  distanceTo(other: Distribution): number {
    const edges = [...this.#upTo, ...other.#upTo].sort((left, right) => left - right);
    const ours = this.#sharesUpTo();
    const theirs = other.#sharesUpTo();
    return edges.reduce((most, edge) => Math.max(most, Math.abs(ours(edge) - theirs(edge))), 0);
  }

  /** The share of latencies up to a value; to be called with ascending ones. */
  #sharesUpTo(): (upTo: number) => number {
    let index = 0;
    return (upTo) => {
      while (index < this.#upTo.length && (this.#upTo[index] as number) <= upTo) index += 1;
      return index === 0 ? 0 : (this.#cumulative[index - 1] as number) / this.total;
    };
  }
}

function recordedValues(hdr: string): [micros: number, count: number][] {
  let histogram: JsHistogram;
  try {
    histogram = decodeFromCompressedBase64(hdr, COUNTER_BITS) as JsHistogram;
  } catch (cause) {
    throw new TlsError(
      'ERR_INVALID_RESULT',
      'hdr: got something else, expected an HDR histogram in its compressed V2 encoding, base64',
      { cause },
    );
  }
  const values: [number, number][] = [];
  const iterator = histogram.recordedValuesIterator;
  iterator.reset();
  while (iterator.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
    values.push([valueIteratedTo, countAtValueIteratedTo]);
  }
  return values;
}
