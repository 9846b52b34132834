import { z } from 'zod';
import type { BenchResult } from '../bench/bench-result.js';
import { TlsError } from '../errors/tls-error.js';
import { visible } from './visible-text.js';

const FORMAT = 'lwm2m-tls-bench';
const FORMAT_VERSION = 1;
const MOST_ISSUES = 3;

const amount = z.number().min(0);
const total = z.int().min(0);
const amounts = z.array(amount);
const gaps = z.array(amount.nullable());
const named = z.record(z.string(), z.number());

const latency = z.looseObject({
  min: amount,
  mean: amount,
  stddev: amount,
  p50: amount,
  p75: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  p999: amount,
  max: amount,
  buckets: z.array(z.tuple([amount, total])),
  hdr: z.base64(),
});

const series = z
  .looseObject({
    intervalMilliseconds: amount,
    time: amounts,
    connected: amounts,
    rss: amounts,
    operations: z.record(
      z.string(),
      z.looseObject({ succeeded: z.array(total), failed: z.array(total), p50: gaps, p99: gaps }),
    ),
  })
  .superRefine(({ time, connected, rss, operations }, context) => {
    const columns = [
      { path: ['connected'], column: connected },
      { path: ['rss'], column: rss },
      ...Object.entries(operations).flatMap(([name, { succeeded, failed, p50, p99 }]) =>
        Object.entries({ succeeded, failed, p50, p99 }).map(([key, column]) => ({
          path: ['operations', name, key],
          column,
        })),
      ),
    ];
    for (const { path, column } of columns) {
      if (column.length === time.length) continue;
      const message = `got ${column.length} entries, expected ${time.length}, as many as time has`;
      context.addIssue({ code: 'custom', path, message });
    }
  });

const schema: z.ZodType<BenchResult> = z.looseObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  scenario: z.string(),
  configuration: z.record(z.string(), z.unknown()),
  target: z.looseObject({ host: z.string(), address: z.string(), port: total }),
  devices: total,
  startedAt: z.iso.datetime(),
  durationSeconds: amount,
  end: z.enum(['completed', 'interrupted', 'target-lost']),
  versions: z.looseObject({
    package: z.string(),
    node: z.string(),
    openssl: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cores: total,
  }),
  operations: z.record(
    z.string(),
    z.looseObject({
      started: total,
      succeeded: total,
      failed: total,
      perSecond: amount,
      latency: latency.optional(),
    }),
  ),
  failures: z.array(z.looseObject({ operation: z.string(), code: z.string(), count: total, example: z.string() })),
  series,
  cpu: z.looseObject({ userSeconds: amount, systemSeconds: amount }),
  memory: z.looseObject({ rssAtStart: amount, rssPeak: amount }),
  counters: named,
  server: named.optional(),
  thresholds: z.array(z.looseObject({ expression: z.string(), value: z.number().nullable(), passed: z.boolean() })),
});

/**
 * What `lwm2m-tls bench --json` has written, checked: `parseBenchResult(JSON.parse(text))`. Fields that this version does
 * not know are kept. Throws `ERR_INVALID_RESULT`, which says what was expected where, for anything else and for another
 * version of the format.
 */
export function parseBenchResult(value: unknown): BenchResult {
  refuseOtherFormats(value);
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issues = error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${pathText(path)}: ${message}`);
  const more = error.issues.length - issues.length;
  throw invalidResult(more > 0 ? `${issues.join('; ')}; and ${more} more` : issues.join('; '));
}

function refuseOtherFormats(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidResult(`got ${kindOf(value)}, expected the object that 'lwm2m-tls bench --json' writes`);
  }
  const { format, formatVersion } = value as Record<string, unknown>;
  if (format !== FORMAT) throw invalidResult(`format: got ${short(format)}, expected '${FORMAT}'`);
  if (formatVersion === FORMAT_VERSION) return;
  const isNewer = typeof formatVersion === 'number' && formatVersion > FORMAT_VERSION;
  const advice = isNewer ? '; a newer version of lwm2m-tls has written it' : '';
  throw invalidResult(`formatVersion: got ${short(formatVersion)}, expected ${FORMAT_VERSION}${advice}`);
}

function invalidResult(text: string): TlsError {
  return new TlsError('ERR_INVALID_RESULT', `result of a bench: ${visible(text)}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : String(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
