import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { Counter, Registry } from 'prom-client';
import { client1 } from '../helpers/credentials.js';
import { parseExposition } from './exposition.js';

const options = { psk: { [client1.identity]: client1.key } };
const initiated = 'lwm2m_tls_handshakes_initiated_total';

test('the metrics are there as long as one server is', async (t) => {
  const register = new Registry();
  const north = collectMetrics(new DtlsServer(options), { register, labels: { server: 'north' } });
  const south = collectMetrics(new DtlsServer(options), { register, labels: { server: 'south' } });
  north.stop();
  north.stop();
  t.deepEqual(
    [
      ...parseExposition(await register.metrics())
        .get(initiated)!
        .samples.keys(),
    ],
    ['server="south"'],
  );
  south.stop();
  t.deepEqual(register.getMetricsAsArray(), []);
});

test('after that, other labels are as good as the first', async (t) => {
  const register = new Registry();
  collectMetrics(new DtlsServer(options), { register, labels: { server: 'north' } }).stop();
  collectMetrics(new DtlsServer(options), { register, labels: { site: 'a' } });
  t.deepEqual(
    [
      ...parseExposition(await register.metrics())
        .get(initiated)!
        .samples.keys(),
    ],
    ['site="a"'],
  );
});

test('`using` stops it, too', (t) => {
  const register = new Registry();
  {
    using collector = collectMetrics(new DtlsServer(options), { register });
    t.truthy(collector);
    t.truthy(register.getSingleMetric(initiated));
  }
  t.deepEqual(register.getMetricsAsArray(), []);
});

test('the metrics of others stay', (t) => {
  const register = new Registry();
  const other = new Counter({ name: 'others_total', help: 'Of somebody else.', registers: [register] });
  collectMetrics(new DtlsServer(options), { register }).stop();
  t.deepEqual(register.getMetricsAsArray() as unknown[], [other]);
});

test('a metric that took the place of ours in a registry that was cleared stays as well', (t) => {
  const register = new Registry();
  const collector = collectMetrics(new DtlsServer(options), { register });
  register.clear();
  const other = new Counter({ name: initiated, help: 'Of somebody else.', registers: [register] });
  collector.stop();
  t.deepEqual(register.getMetricsAsArray() as unknown[], [other]);
});

test('a name that is taken is refused, and nothing is registered', (t) => {
  const register = new Registry();
  const other = new Counter({ name: 'lwm2m_tls_cookies_rejected_total', help: 'Mine.', registers: [register] });
  t.throws(() => collectMetrics(new DtlsServer(options), { register }), { message: /already been registered/ });
  t.deepEqual(register.getMetricsAsArray() as unknown[], [other]);
});
