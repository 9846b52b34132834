import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import type { ConnectedRecord } from '#lib/events/records.js';
import { runModule } from '../helpers/child-process.js';
import { openTestEndpoint, serverContext, type TestEndpoint } from '../helpers/endpoints.js';
import { udpBackends } from '../helpers/ours.js';

for (const backend of udpBackends) {
  test(`nothing is sent any more, and no goodbye at the close, over ${backend}`, async (t) => {
    const { client, server, peer } = await establish(t, backend);
    client.shutdown();
    const { datagramsReceived } = server.counters;
    t.is(client.send(peer, 'lost'), 0);
    await client.close();
    t.is(client.counters.datagramsUnsent, 2, 'the message and close_notify');
    await roundTrip(t, server);
    t.is(server.counters.datagramsReceived, datagramsReceived + 1, 'that of the round trip');
    t.is(server.counters.peers, 1);
  });

  test(`what was sent before still leaves, over ${backend}`, async (t) => {
    const { client, server, peer } = await establish(t, backend);
    const heard = once(server, 'message');
    t.is(client.send(peer, 'the last'), 0);
    client.shutdown();
    t.deepEqual(await heard, [Buffer.from('the last')]);
  });

  test(`nothing is received any more, connected or not, over ${backend}`, async (t) => {
    for (const connect of [true, false]) {
      const socket = createSocket('udp4');
      t.teardown(() => socket.close());
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const endpoint = openTestEndpoint(t, { backend });
      const { port } = endpoint.address;
      if (connect) endpoint.connectSocket(socket.address().port);
      endpoint.shutdown();
      await new Promise<void>((resolve) => socket.send('late', port, '127.0.0.1', () => resolve()));
      await roundTrip(t, openTestEndpoint(t, { backend, serverContext: serverContext() }));
      t.is(endpoint.counters.datagramsReceived, 0);
    }
  });

  test(`the port stays taken until the close, over ${backend}`, async (t) => {
    const endpoint = openTestEndpoint(t, { backend });
    const { port } = endpoint.address;
    endpoint.shutdown();
    endpoint.shutdown();
    t.is(endpoint.address.port, port);
    t.throws(() => openTestEndpoint(t, { backend, port }), { code: 'EADDRINUSE' });
    await endpoint.close();
    t.notThrows(() => openTestEndpoint(t, { backend, port }));
  });

  test(`it holds the process no more, over ${backend}`, async (t) => {
    const { code, signal, stderr, stdout } = await runModule(`
      import { TestEndpoint } from './build-test/helpers/endpoints.js';
      const endpoint = new TestEndpoint({ backend: '${backend}' });
      endpoint.shutdown();
      endpoint.endpoint.native.setRef(endpoint.endpoint.number, true);
      setTimeout(() => { console.log('held'); process.exit(0); }, 1_000).unref();`);
    t.is(signal, null, stderr);
    t.is(code, 0, stderr);
    t.is(stdout, '');
  });
}

async function establish(t: ExecutionContext, backend: (typeof udpBackends)[number]) {
  const server = openTestEndpoint(t, { backend, serverContext: serverContext() });
  const client = openTestEndpoint(t, { backend, remote: { address: '127.0.0.1', port: server.address.port } });
  const accepted = once(server, 'connected');
  const connected = once(client, 'connected') as Promise<[ConnectedRecord]>;
  client.dial(server.address.port);
  const [{ peer }] = await connected;
  await accepted;
  return { client, server, peer };
}

/** The server has read all that came before when this resolves. */
async function roundTrip(t: ExecutionContext, server: TestEndpoint): Promise<void> {
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  const { datagramsReceived } = server.counters;
  socket.send('junk', server.address.port, '127.0.0.1');
  while (server.counters.datagramsReceived === datagramsReceived) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
