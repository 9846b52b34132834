import { MetricFamily } from './metric-family.js';
import { type MetricsOptions, parseMetricsOptions } from './metrics-options.js';
import { type CountersSource, MetricsSource } from './metrics-source.js';

/** Metrics of servers in a registry, until they are stopped. Made by {@link collectMetrics}. */
export interface MetricsCollector {
  /**
   * Takes the servers out of the registry, and with the last of them the metrics. Idempotent. Nothing else does: of a server
   * that is closed the last numbers stay.
   */
  stop(): void;
  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Puts the counters of servers into a registry of prom-client as metrics for Prometheus. `docs/observability.md` lists them.
 *
 * They are read when the registry is scraped, by `register.metrics()` say, and once here, to see which there are: there is no
 * timer and no native call. Servers that are given together, or in calls with the same labels, are added up; a call for each
 * with `labels` of its own tells them apart. In one registry and with one prefix, all must have labels of the same names.
 *
 * Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`, and what prom-client throws when the registry has a metric of that name
 * already that is not ours. Nothing is registered then.
 *
 * @example
 * const collector = collectMetrics(server, { labels: { server: 'north' } });
 * response.end(await register.metrics());
 */
export function collectMetrics(
  sources: CountersSource | readonly CountersSource[],
  options: MetricsOptions = {},
): MetricsCollector {
  const { register, prefix, labels } = parseMetricsOptions(options);
  const joined: [MetricFamily, MetricsSource][] = [];
  const stop = () => {
    for (const [family, source] of joined.splice(0)) family.remove(source);
  };
  try {
    for (const source of listOf(sources).map((it) => new MetricsSource(it, labels))) {
      for (const name of source.metrics) {
        const family = MetricFamily.of(register, prefix, name, Object.keys(labels));
        family.add(source);
        joined.push([family, source]);
      }
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, [Symbol.dispose]: stop };
}

function listOf(sources: CountersSource | readonly CountersSource[]): readonly CountersSource[] {
  return Array.isArray(sources) ? sources : [sources as CountersSource];
}
