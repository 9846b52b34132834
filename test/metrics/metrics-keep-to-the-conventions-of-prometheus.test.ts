import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { type OpenMetricsContentType, Registry } from 'prom-client';
import { client1 } from '../helpers/credentials.js';
import { parseExposition } from './exposition.js';

const options = { psk: { [client1.identity]: client1.key } };

test('each has a help text, counters end in _total, gauges do not, and all begin with the prefix', async (t) => {
  const register = new Registry();
  collectMetrics(new DtlsServer(options), { register });
  const families = parseExposition(await register.metrics());
  t.true(families.size > 25);
  for (const [name, { help, type, samples }] of families) {
    t.regex(name, /^lwm2m_tls_[a-z]+(_[a-z]+)*$/);
    t.regex(help, /^[A-Z].*\.$/, name);
    t.is(type, name.endsWith('_total') ? 'counter' : 'gauge', name);
    t.true(samples.size > 0, name);
  }
});

test('the series of a metric have the same label, with values in lower case', async (t) => {
  const register = new Registry();
  collectMetrics(new DtlsServer(options), { register });
  for (const [name, { samples }] of parseExposition(await register.metrics())) {
    const labels = [...samples.keys()];
    t.is(new Set(labels.map((it) => it.split('=')[0])).size, 1, name);
    for (const label of labels) t.regex(label, /^$|^[a-z]+="[a-z]+(_[a-z]+)*"$/, name);
  }
});

test('an OpenMetrics registry gets its counters under the name without _total, and back out of it', async (t) => {
  const register = new Registry<OpenMetricsContentType>();
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const collector = collectMetrics(new DtlsServer(options), { register });
  for (let scrape = 0; scrape < 2; scrape += 1) {
    const text = await register.metrics();
    t.regex(text, /^# TYPE lwm2m_tls_handshakes_initiated counter$/m);
    t.regex(text, /^lwm2m_tls_handshakes_initiated_total 0$/m);
    t.true(text.endsWith('# EOF\n'));
  }
  const another = collectMetrics(new DtlsServer(options), { register });
  t.is((await register.metrics()).match(/# TYPE lwm2m_tls_handshakes_initiated counter/g)?.length, 1);
  collector.stop();
  another.stop();
  t.is((await register.metrics()).trim(), '# EOF');
});
