import test from 'ava';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { register as globalRegistry, Registry } from 'prom-client';
import { dial, startServer } from '../helpers/ours.js';
import { startTlsServer } from '../tls/ends.js';
import { parseExposition, sampleOf } from './exposition.js';

const initiated = 'lwm2m_tls_handshakes_initiated_total';

test('two servers with labels of their own have series of their own', async (t) => {
  const register = new Registry();
  const [north, south] = [await startServer(t), await startServer(t)];
  collectMetrics(north.server, { register, labels: { server: 'north' } });
  collectMetrics(south.server, { register, labels: { server: 'south' } });
  await dial(t, north.port);
  await dial(t, north.port);
  await dial(t, south.port);
  const families = parseExposition(await register.metrics());
  t.is(sampleOf(families, initiated, 'server="north"'), 2);
  t.is(sampleOf(families, initiated, 'server="south"'), 1);
  t.is(sampleOf(families, 'lwm2m_tls_handshakes_succeeded_total', 'resumed="false",server="north"'), 2);
});

test('a DTLS and a TLS server share the metrics that both have', async (t) => {
  const register = new Registry();
  collectMetrics((await startServer(t)).server, { register, labels: { protocol: 'dtls' } });
  collectMetrics((await startTlsServer(t)).server, { register, labels: { protocol: 'tls' } });
  const families = parseExposition(await register.metrics());
  const both = ['protocol="dtls"', 'protocol="tls"'];
  t.deepEqual([...families.get('lwm2m_tls_alerts_received_total')!.samples.keys()], both);
  t.deepEqual([...families.get(initiated)!.samples.keys()], ['protocol="dtls"']);
  t.deepEqual([...families.get('lwm2m_tls_connections_accepted_total')!.samples.keys()], ['protocol="tls"']);
});

test('servers that are given together are added up, but not the memory of their thread', async (t) => {
  const register = new Registry();
  const [one, two] = [await startServer(t), await startServer(t)];
  collectMetrics([one.server, two.server, () => ({ ...one.server.counters(), opensslBytes: 1000 })], { register });
  await dial(t, one.port);
  await dial(t, two.port);
  const families = parseExposition(await register.metrics());
  t.is(sampleOf(families, initiated), 3);
  t.is(sampleOf(families, 'lwm2m_tls_sessions', 'state="established"'), 3);
  t.is(sampleOf(families, 'lwm2m_tls_openssl_memory_bytes'), 1000);
});

test('another prefix makes other metrics', async (t) => {
  const register = new Registry();
  const { server } = await startServer(t);
  collectMetrics(server, { register, prefix: 'bench_' });
  collectMetrics(server, { register, prefix: '', labels: { server: 'a' } });
  const families = parseExposition(await register.metrics());
  t.is(sampleOf(families, 'bench_handshakes_initiated_total'), 0);
  t.is(sampleOf(families, 'handshakes_initiated_total', 'server="a"'), 0);
});

test('without a registry they are in the global one of prom-client', async (t) => {
  const collector = collectMetrics((await startServer(t)).server);
  t.true((await globalRegistry.metrics()).includes(initiated));
  collector.stop();
  t.is((await globalRegistry.metrics()).trim(), '');
});
