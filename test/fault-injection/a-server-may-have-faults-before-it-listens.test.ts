import { once } from 'node:events';
import test from 'ava';
import { connect, DtlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { quickTimeouts } from '../helpers/ours.js';

test('rules that are set before listen() count from then on', async (t) => {
  const server = new DtlsServer({ psk: { [client1.identity]: client1.key }, faults: {} });
  t.teardown(() => server.close());
  server.faults.set({ receive: [{ fault: 'lose', handshake: 'ClientHello', nth: 1 }] });
  const { port } = await server.listen({ host: '127.0.0.1' });
  const connected = once(server, 'connection');
  const client = await connect({ host: '127.0.0.1', port, psk: client1, handshakeTimeouts: quickTimeouts });
  await connected;
  t.is(server.faults.counters().receive.lost, 1);
  await client.close();
});

test('a server that has closed takes no other rules', async (t) => {
  const server = new DtlsServer({ psk: {}, faults: {} });
  await server.listen({ host: '127.0.0.1' });
  await server.close();
  t.throws(() => server.faults.clear(), { code: 'ERR_CLOSED' });
});
