import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { connect, type DtlsSocket } from 'lwm2m-tls';
import { Lwm2mServer, type Lwm2mServerOptions, type Registration, SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { client1, textKeyed } from '../helpers/credentials.js';
import { seededRandom } from '../helpers/seeded-random.js';
import { within } from '../helpers/within.js';
import { parsed, request } from './coap-peer.js';

async function start(t: ExecutionContext, options: Partial<Lwm2mServerOptions> = {}) {
  const psk = new Map([client1, textKeyed].map(({ identity, key }) => [identity, key]));
  const server = new Lwm2mServer({ psk, ...options });
  t.teardown(async () => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port };
}

function device(t: ExecutionContext, port: number, options: { lifetime?: number; endpoint?: string } = {}) {
  const simulated = new SimulatedDevice({ host: '127.0.0.1', port, psk: client1, ...options });
  t.teardown(async () => simulated.close());
  return simulated;
}

test('register, update, de-register', async (t) => {
  const { server, port } = await start(t);
  const events: [string, string][] = [];
  server.on('register', ({ endpoint }) => events.push(['register', endpoint]));
  server.on('update', ({ endpoint }) => events.push(['update', endpoint]));
  server.on('deregister', ({ endpoint }) => events.push(['deregister', endpoint]));
  const client = device(t, port, { lifetime: 300 });

  await client.connect();
  t.true((client.handshakeMillis ?? 0) > 0);
  const registered = await client.register();
  t.is(registered.response.code, '2.01');
  t.true(registered.roundTripMillis > 0);
  t.is(registered.retransmissions, 0);
  t.like(server.registration(client1.identity), { identity: client1.identity, lifetime: 300, version: '1.1' });
  t.is(client.location, `/rd/${server.registration(client1.identity)?.id}`);
  await client.update({ lifetime: 600, objects: '</1/0>,</3/0>,</5/0>' });
  t.like(server.registration(client1.identity), { lifetime: 600 });
  t.is(server.registration(client1.identity)?.objects.length, 3);
  await client.deregister();
  t.is(server.size, 0);
  t.is(client.location, undefined);
  await client.close();
  t.deepEqual(events, [
    ['register', client1.identity],
    ['update', client1.identity],
    ['deregister', client1.identity],
  ]);
  t.like(server.counters(), { registrations: 1, updates: 1, deregistrations: 1, requests: 3, malformed: 0, unsent: 0 });
});

test('a registration outlives its association and is updated over the next', async (t) => {
  const { server, port } = await start(t);
  const client = device(t, port);
  await client.connect();
  await client.register();
  await client.close();
  await client.connect();
  t.is(server.size, 1);
  await client.update();
  t.is(server.registration(client1.identity)?.remotePort, client.socket?.localPort);
});

test('a lifetime passes', async (t) => {
  const { server, port } = await start(t);
  const expired = once(server, 'expire') as Promise<[Registration]>;
  const client = device(t, port, { lifetime: 1 });
  await client.connect();
  await client.register();
  const [{ endpoint }] = await within(5_000, 'the end of the lifetime', expired);
  t.is(endpoint, client1.identity);
  t.is(server.size, 0);
  await t.throwsAsync(client.update(), { code: 'ERR_COAP_RESPONSE', message: /4\.04/ });
  t.is(server.counters().expirations, 1);
});

test('registering again reports what it replaces', async (t) => {
  const { server, port } = await start(t);
  const client = device(t, port);
  await client.connect();
  await client.register();
  const again = once(server, 'register') as Promise<[Registration, Registration]>;
  await client.register();
  const [registration, replaced] = await again;
  t.is(replaced.endpoint, registration.endpoint);
  t.not(replaced.id, registration.id);
  t.is(server.size, 1);
});

test('a device without a connection or a registration is told', async (t) => {
  const { port } = await start(t);
  const client = device(t, port);
  await t.throwsAsync(client.register(), { code: 'ERR_CLOSED' });
  await t.throwsAsync(client.deregister(), { code: 'ERR_NOT_REGISTERED' });
  await client.connect();
  await t.throwsAsync(client.update(), { code: 'ERR_NOT_REGISTERED' });
});

test('the end of the server fails what a device waits for', async (t) => {
  const { server, port } = await start(t);
  const client = device(t, port);
  await client.connect();
  const gone = once(client.socket as DtlsSocket, 'close');
  await server.close();
  await within(5_000, 'close', gone);
  await t.throwsAsync(client.register(), { code: 'ERR_CLOSED' });
});

test('a request sent twice is answered twice and handled once', async (t) => {
  const { server, port } = await start(t);
  const socket = await connect({ host: '127.0.0.1', port, psk: client1 });
  t.teardown(async () => socket.close());
  const answers: Buffer[] = [];
  socket.on('message', (message) => answers.push(Buffer.from(message)));
  socket.send(request());
  socket.send(request());
  while (answers.length < 2) await within(5_000, 'an answer', once(socket, 'message'));
  t.is(parsed(answers[0]).code, '2.01');
  t.deepEqual(answers[0], answers[1]);
  t.like(server.counters(), { registrations: 1, requests: 1, duplicates: 1 });
});

test('what is not CoAP does not disturb the server', async (t) => {
  const { server, port } = await start(t);
  const socket = await connect({ host: '127.0.0.1', port, psk: client1 });
  t.teardown(async () => socket.close());
  const random = seededRandom(7);
  const below = (limit: number): number => Math.floor(random() * limit);
  const whole = request();
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(whole.subarray(0, 1 + below(whole.length)));
    for (let flips = below(4); flips >= 0; flips--) bytes.writeUInt8(below(256), below(bytes.length));
    socket.send(bytes);
  }
  socket.send(Buffer.from('40001234', 'hex'));
  for await (const message of socket) if (message.toString('hex') === '70001234') break;
  t.true(server.counters().malformed > 100);
  const client = new SimulatedDevice({ host: '127.0.0.1', port, psk: textKeyed, endpoint: 'undisturbed' });
  await client.connect();
  await client.register();
  await client.close();
  t.is(server.registration('undisturbed')?.identity, textKeyed.identity);
});
