import { type OpenMetricsContentType, type PrometheusContentType, type Registry, register } from 'prom-client';
import { invalidOption, optionsRecord, text } from '../options/check.js';
import { seriesOf } from './metric-table.js';
import type { Labels } from './metrics-source.js';

export type MetricsRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

/** How metrics are named, and where they go. */
export interface MetricsOptions {
  /**
   * The registry of prom-client that the metrics are put into. Default: its global one, `register`. Throws
   * `ERR_INVALID_OPTION`.
   */
  register?: Registry<PrometheusContentType> | Registry<OpenMetricsContentType> | undefined;
  /**
   * What every name begins with: letters, digits, `_` and `:`, no digit first; may be empty. Default `'lwm2m_tls_'`.
   * Throws `ERR_INVALID_OPTION`.
   */
  prefix?: string | undefined;
  /**
   * Labels of every series, to tell servers apart: `{ server: 'north' }`. Default none. In one registry all must have the
   * same names; the metrics' own, `reason` say, are taken. Throws `ERR_INVALID_OPTION`.
   */
  labels?: Readonly<Record<string, string | number>> | undefined;
}

export interface MetricsSettings {
  readonly register: MetricsRegistry;
  readonly prefix: string;
  readonly labels: Labels;
}

const takenLabels = new Set(Object.values(seriesOf).flatMap(({ label }) => label?.[0] ?? []));

export function parseMetricsOptions(options: MetricsOptions): MetricsSettings {
  const record = optionsRecord(options, 'collectMetrics', ['register', 'prefix', 'labels']);
  return {
    register: parseRegister(record['register']),
    prefix: parsePrefix(record['prefix']),
    labels: parseLabels(record['labels']),
  };
}

function parseRegister(value: unknown): MetricsRegistry {
  if (value === undefined) return register;
  const { registerMetric, getSingleMetric, removeSingleMetric } = Object(value) as Partial<Registry>;
  const isRegistry = [registerMetric, getSingleMetric, removeSingleMetric].every((it) => typeof it === 'function');
  if (!isRegistry) throw invalidOption('register', value, 'a Registry of prom-client');
  return value as Registry;
}

function parsePrefix(value: unknown): string {
  if (value === undefined) return 'lwm2m_tls_';
  const expected = "letters, digits, '_' and ':', no digit first";
  return text(value, 'prefix', expected, (it) => /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(it));
}

function parseLabels(value: unknown): Labels {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption('labels', value, "an object such as { server: 'north' }");
  }
  for (const [name, content] of Object.entries(value)) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
      throw invalidOption('labels', name, "names of letters, digits and '_', without a digit first or two '_'");
    }
    if (takenLabels.has(name)) throw invalidOption('labels', name, `other names than ${[...takenLabels].join(', ')}`);
    if (typeof content !== 'string' && typeof content !== 'number') {
      throw invalidOption(`labels.${name}`, content, 'a string or a number');
    }
  }
  return { ...value } as Labels;
}
