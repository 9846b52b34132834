import type { ServerCounters, TlsServerCounters } from '../index.js';
import { invalidOption } from '../options/check.js';
import { type CounterName, counterNamesOf, type MetricName, metricNames, seriesOf } from './metric-table.js';

/** What metrics are collected from: a server, or a function that tells a server's counters. */
export type CountersSource =
  | {
      /** As `DtlsServer.counters()` and `TlsServer.counters()`. */
      counters(): Readonly<ServerCounters | TlsServerCounters>;
    }
  | (() => Readonly<ServerCounters | TlsServerCounters>);

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly ofThread: boolean;
}

type Counters = Readonly<Partial<Record<CounterName, number>>>;

/** One server with the labels that it goes by. */
export class MetricsSource {
  readonly metrics: readonly MetricName[];
  readonly #labels: Labels;
  readonly #read: () => Counters;
  #snapshot: Counters | undefined;

  /** Reads once, to see which counters there are. Throws `ERR_INVALID_OPTION` for what does not tell a server's. */
  constructor(source: CountersSource, labels: Labels) {
    this.#labels = labels;
    this.#read = reader(source);
    const names = Object.keys(this.#read() ?? {});
    const unknown = names.find((name) => !Object.hasOwn(seriesOf, name));
    if (names.length === 0 || unknown !== undefined) {
      throw invalidOption('collectMetrics', unknown, 'the counters of a DtlsServer or TlsServer');
    }
    const present = new Set(names.map((name) => seriesOf[name as CounterName].metric));
    this.metrics = metricNames.filter((metric) => present.has(metric));
  }

  samples(metric: MetricName): Sample[] {
    const counters = this.#counters;
    const names = counterNamesOf(metric).filter((name) => counters[name] !== undefined);
    const sumOfParts = names
      .filter((name) => !seriesOf[name].isTotal)
      .reduce((total, name) => total + (counters[name] ?? 0), 0);
    return names.map((name) => {
      const { label, isTotal, ofThread = false } = seriesOf[name];
      const value = counters[name] ?? 0;
      return {
        labels: label === undefined ? this.#labels : { ...this.#labels, [label[0]]: label[1] },
        value: isTotal ? Math.max(0, value - sumOfParts) : value,
        ofThread,
      };
    });
  }

  /** The same for all metrics of a scrape: prom-client asks for them in one turn. */
  get #counters(): Counters {
    if (this.#snapshot === undefined) {
      this.#snapshot = this.#read();
      queueMicrotask(() => {
        this.#snapshot = undefined;
      });
    }
    return this.#snapshot;
  }
}

function reader(source: CountersSource): () => Counters {
  if (typeof source === 'function') return source;
  if (typeof source?.counters === 'function') return () => source.counters();
  throw invalidOption('collectMetrics', source, 'a server, several, or a function that returns counters');
}
