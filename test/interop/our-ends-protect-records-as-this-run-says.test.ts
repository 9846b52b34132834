/**
 * What the helpers make takes `LWM2M_TLS_TEST_RECORD_LAYER` from the environment of this run; without that, a second run
 * with it would test the same thing twice.
 */
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { DtlsSocket, ServerCounters } from 'lwm2m-tls';
import { startGroup } from '../group/groups.js';
import { dialCertified, startCertifiedServer } from '../helpers/certified.js';
import { client1 } from '../helpers/credentials.js';
import { startLwm2mServer } from '../helpers/lwm2m.js';
import { dial, startServer } from '../helpers/ours.js';
import { recordLayerOf } from '../helpers/record-layer.js';
import { until } from '../helpers/within.js';

const openssl = process.env['LWM2M_TLS_TEST_RECORD_LAYER'] === 'openssl';

type Ends = (t: ExecutionContext) => Promise<{ port: number; counters(): Readonly<ServerCounters> }>;

const servers: Record<string, Ends> = {
  'a server with pre-shared keys': async (t) => {
    const { server, port } = await startServer(t);
    return { port, counters: () => server.counters() };
  },
  'an LwM2M server': async (t) => {
    const { server, port } = await startLwm2mServer(t, { psk: { [client1.identity]: client1.key } });
    return { port, counters: () => server.dtls.counters() };
  },
  'a group': async (t) => {
    const { group, port } = await startGroup(t);
    return { port, counters: () => group.counters() };
  },
};

for (const [title, start] of Object.entries(servers)) {
  test.serial(title, async (t) => {
    const { port, counters } = await start(t);
    await dial(t, port);
    await until('the connection', () => counters().handshakesCompleted === 1);
    t.is(counters().peersOnLibssl, openssl ? 1 : 0);
  });
}

test.serial('a server with a certificate', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  await dialCertified(t, port);
  await until('the connection', () => server.connections === 1);
  t.is(server.counters().peersOnLibssl, openssl ? 1 : 0);
});

/** Clients have no counters, but what OpenSSL keeps of each is counted with all that this thread has. */
async function bytesOfAClient(
  counters: () => Readonly<ServerCounters>,
  dialOne: () => Promise<DtlsSocket>,
): Promise<number> {
  await dialOne(); // the context that all clients share
  await until('the first connection', () => counters().handshakesCompleted === 1);
  const before = counters().opensslBytes;
  const clients = 8;
  for (let i = 0; i < clients; i += 1) await dialOne();
  await until('all connections', () => counters().handshakesCompleted === 1 + clients);
  return (counters().opensslBytes - before) / clients;
}

/** Between the nothing, or nearly, that stays without libssl's part and the two buffers of 16 KiB that it has. */
const limit = 16_384;

test.serial('a client with a pre-shared key', async (t) => {
  const { server, port } = await startServer(t, { recordLayer: 'own' });
  const bytes = await bytesOfAClient(
    () => server.counters(),
    () => dial(t, port),
  );
  t.is(bytes > limit, openssl, `${bytes} bytes of OpenSSL's for each client`);
});

test.serial('a client that verifies a certificate', async (t) => {
  const { server, port } = await startCertifiedServer(t, { recordLayer: 'own' });
  const bytes = await bytesOfAClient(
    () => server.counters(),
    () => dialCertified(t, port),
  );
  t.is(bytes > limit, openssl, `${bytes} bytes of OpenSSL's for each client`);
});

test('the variable is own, openssl or not there', (t) => {
  const name = 'LWM2M_TLS_TEST_RECORD_LAYER';
  for (const nothing of [{}, { [name]: '' }]) t.is(recordLayerOf(nothing), 'own');
  for (const value of ['own', 'openssl'] as const) t.is(recordLayerOf({ [name]: value }), value);
  t.throws(() => recordLayerOf({ [name]: 'libssl' }), { message: /got 'libssl', expected 'own' or 'openssl'/ });
});
