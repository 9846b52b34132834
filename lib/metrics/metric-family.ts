import { Counter, Gauge, type Metric } from 'prom-client';
import { invalidOption } from '../options/check.js';
import { counterNamesOf, isCounter, type MetricName, metricHelp, seriesOf } from './metric-table.js';
import type { MetricsRegistry } from './metrics-options.js';
import type { MetricsSource } from './metrics-source.js';

/** All families that are, or were, in a registry, by what prom-client keeps of them. */
const families = new WeakMap<Metric, MetricFamily>();

/** A metric in a registry, there as long as it has sources. */
export class MetricFamily {
  readonly #register: MetricsRegistry;
  readonly #registeredName: string;
  readonly #name: MetricName;
  readonly #labelNames: readonly string[];
  readonly #metric: Counter | Gauge;
  readonly #sources = new Set<MetricsSource>();

  /**
   * The one that is in the registry, or a new one. Throws `ERR_INVALID_OPTION` when that one has other label names, and what
   * prom-client throws when the name is somebody else's.
   */
  static of(register: MetricsRegistry, prefix: string, name: MetricName, labelNames: readonly string[]): MetricFamily {
    const registered = register.getSingleMetric(prefix + name);
    const family = registered === undefined ? undefined : families.get(registered);
    if (family === undefined) return new MetricFamily(register, prefix, name, labelNames);
    if (sorted(family.#labelNames) === sorted(labelNames)) return family;
    const expected = `the names that ${prefix}${name} has already in this registry`;
    throw invalidOption('labels', sorted(labelNames), `${expected}: ${sorted(family.#labelNames)}`);
  }

  private constructor(register: MetricsRegistry, prefix: string, name: MetricName, labelNames: readonly string[]) {
    this.#register = register;
    this.#registeredName = prefix + name;
    this.#name = name;
    this.#labelNames = labelNames;
    const ownLabels = new Set(counterNamesOf(name).flatMap((counter) => seriesOf[counter].label?.[0] ?? []));
    const configuration = {
      name: this.#registeredName,
      help: metricHelp[name],
      labelNames: [...labelNames, ...ownLabels],
      registers: [register],
      collect: () => this.#collect(),
    };
    this.#metric = isCounter(name) ? new Counter(configuration) : new Gauge(configuration);
    families.set(this.#metric, this);
  }

  add(source: MetricsSource): void {
    this.#sources.add(source);
  }

  /** The last one takes the metric out of the registry. */
  remove(source: MetricsSource): void {
    this.#sources.delete(source);
    // Not by the metric's own name: a registry for OpenMetrics changes that.
    const isRegistered = this.#register.getSingleMetric(this.#registeredName) === this.#metric;
    if (this.#sources.size === 0 && isRegistered) this.#register.removeSingleMetric(this.#registeredName);
  }

  /** The totals are the servers': each time from the beginning. Sources with the same labels add up. */
  #collect(): void {
    this.#metric.reset();
    for (const source of this.#sources) {
      for (const { labels, value, ofThread } of source.samples(this.#name)) {
        if (ofThread && this.#metric instanceof Gauge) this.#metric.set(labels, value);
        else this.#metric.inc(labels, value);
      }
    }
  }
}

function sorted(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...names].sort().join(', ');
}
