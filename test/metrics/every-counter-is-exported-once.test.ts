import test from 'ava';
import type { ServerCounters } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { Registry } from 'prom-client';
import { counterNames } from '#lib/events/counters.js';
import { createTlsServerCounters } from '#lib/tls/tls-server-counters.js';
import { parseExposition } from './exposition.js';

const servers: Readonly<Record<string, readonly string[]>> = {
  DtlsServer: counterNames,
  TlsServer: Object.keys(createTlsServerCounters()),
};

for (const [server, names] of Object.entries(servers)) {
  test(`of a ${server}: when a counter grows, one series does, and no other counter's`, async (t) => {
    const counters: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    const register = new Registry();
    collectMetrics(() => counters as unknown as ServerCounters, { register });
    const grown = new Map<string, string>();
    for (const name of names) {
      counters[name] = 7;
      const series = await seriesWith(7, register);
      t.is(series.length, 1, name);
      t.is(grown.get(series[0]!), undefined, `${name} has a series of its own`);
      grown.set(series[0]!, name);
      counters[name] = 0;
    }
    t.deepEqual(await seriesWith(0, register), [...grown.keys()].sort());
  });
}

async function seriesWith(value: number, register: Registry): Promise<string[]> {
  const families = parseExposition(await register.metrics());
  return [...families]
    .flatMap(([name, { samples }]) => [...samples].map(([labels, it]) => ({ name: `${name}{${labels}}`, it })))
    .filter(({ it }) => it === value)
    .map(({ name }) => name)
    .sort();
}
