/** Counters of servers as metrics for Prometheus: `lwm2m-tls/metrics`. */
export { collectMetrics, type MetricsCollector } from './collect-metrics.js';
export type { MetricsOptions } from './metrics-options.js';
export type { CountersSource } from './metrics-source.js';
