import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import type { DtlsServer, TlsServer } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { Registry } from 'prom-client';
import { client1 } from '../helpers/credentials.js';
import { dial, echo, quickTimeouts, startEchoServer } from '../helpers/ours.js';
import { until } from '../helpers/within.js';
import { dialTls, echoed, nextClientError, startTlsEchoServer } from '../tls/ends.js';
import { parseExposition, sampleOf } from './exposition.js';

const stranger = { identity: 'stranger', key: client1.key };

test('over DTLS: handshakes, full and resumed, one that fails, messages, and the end of a connection', async (t) => {
  const { server, port } = await startEchoServer(t);
  const value = scraped(t, server);
  const first = await dial(t, port);
  await echo(first, 'one');
  await dial(t, port, { session: first.session! });
  await t.throwsAsync(dial(t, port, { psk: stranger, handshakeTimeouts: quickTimeouts }));
  await first.close();
  await until('the end of the first', () => server.connections === 1);

  const counters = server.counters();
  t.is(counters.handshakesCompleted, 2);
  t.is(counters.handshakesFailed, 1);
  t.is(await value('handshakes_initiated_total'), 3);
  t.is(await value('handshakes_succeeded_total', 'resumed="true"'), counters.handshakesResumed);
  t.is(await value('handshakes_succeeded_total', 'resumed="false"'), 2 - counters.handshakesResumed);
  const failures = ['timeout', 'alert', 'certificate', 'rejected', 'other'];
  const failed = await Promise.all(failures.map((reason) => value('handshakes_failed_total', `reason="${reason}"`)));
  t.deepEqual(
    failed.filter((it) => it !== 0),
    [1],
  );
  t.is(await value('messages_received_total'), 1);
  t.is(await value('messages_sent_total'), 1);
  t.is(await value('sessions', 'state="established"'), 1);
  t.is(await value('sessions', 'state="handshaking"'), 0);
  t.is(await value('hello_verify_requests_total'), counters.helloVerifyRequests);
  t.is(await value('datagrams_received_total'), counters.datagramsReceived);
  t.is(await value('received_bytes_total'), counters.bytesReceived);
  t.is(await value('sent_bytes_total'), counters.bytesSent);
  t.true(counters.bytesReceived > 0 && counters.bytesSent > 0);
});

test('over TLS: handshakes, full and resumed, one that fails, and the connections', async (t) => {
  const { server, port } = await startTlsEchoServer(t, { psk: { [client1.identity]: client1.key } });
  const value = scraped(t, server);
  const options = { psk: client1, maxVersion: 'TLSv1.2' } as const;
  const first = await dialTls(t, port, options);
  t.is(await echoed(first, 'one'), 'one');
  const second = await dialTls(t, port, { ...options, session: first.session! });
  t.true(second.resumed);
  const failed = nextClientError(server);
  await t.throwsAsync(dialTls(t, port, { ...options, psk: stranger }));
  await failed;

  t.is(await value('connections_accepted_total'), 3);
  t.is(await value('handshakes_succeeded_total', 'resumed="false"'), 1);
  t.is(await value('handshakes_succeeded_total', 'resumed="true"'), 1);
  t.is(await value('handshakes_failed_total', 'reason="other"'), 1);
  t.is(await value('sessions', 'state="established"'), 2);
  t.is(await value('datagrams_received_total'), undefined);
});

test('a counter goes on from scrape to scrape, and stays as it was when its server is closed', async (t) => {
  const { server, port } = await startEchoServer(t);
  const value = scraped(t, server);
  for (const count of [1, 2, 3]) {
    await dial(t, port);
    t.is(await value('handshakes_initiated_total'), count);
    t.is(await value('handshakes_initiated_total'), count);
  }
  await server.close();
  t.is(await value('handshakes_initiated_total'), 3);
  t.is(await value('sessions', 'state="established"'), 0);
});

test('scrapes at the same time tell the same', async (t) => {
  const { server, port } = await startEchoServer(t);
  const register = new Registry();
  collectMetrics(server, { register });
  const accepted = once(server, 'connection');
  await dial(t, port);
  await accepted;
  const [one, two] = await Promise.all([register.metrics(), register.metrics()]);
  t.is(one, two);
  t.is(sampleOf(parseExposition(one), 'lwm2m_tls_handshakes_initiated_total'), 1);
});

/** Scrapes for each value that is asked for. */
function scraped(t: ExecutionContext, server: DtlsServer | TlsServer) {
  const register = new Registry();
  const collector = collectMetrics(server, { register });
  t.teardown(() => collector.stop());
  return async (name: string, labels?: string) =>
    sampleOf(parseExposition(await register.metrics()), `lwm2m_tls_${name}`, labels);
}
