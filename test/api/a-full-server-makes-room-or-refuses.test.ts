import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { connect, DtlsServer, type DtlsServerOptions, type DtlsSocket, type TlsError } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { buildClientHello } from '../helpers/client-hello.js';
import { RawClient } from '../helpers/raw-client.js';

const psk = { identity: 'device', key: Buffer.from('0123456789abcdef') };
const soon = { min: 100, max: 200 };

async function serve(t: ExecutionContext, options: Partial<DtlsServerOptions>) {
  const server = attend(t, new DtlsServer({ psk: { [psk.identity]: psk.key }, ...options }));
  const sockets: DtlsSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (message) => socket.send(message));
  });
  const { port } = await server.listen({ host: '127.0.0.1' });
  return { server, sockets, port };
}

async function join(t: ExecutionContext, port: number, localAddress = '127.0.0.1'): Promise<DtlsSocket> {
  return attend(t, await connect({ host: '127.0.0.1', port, psk, localAddress }));
}

async function echo(socket: DtlsSocket): Promise<void> {
  const answer = once(socket, 'message');
  socket.send('are you there?');
  await answer;
}

/** A client above a limit gets no answer to its second hello. */
async function isRefused(t: ExecutionContext, port: number): Promise<void> {
  const attempt = connect({ host: '127.0.0.1', port, psk, handshakeTimeouts: soon });
  await t.throwsAsync(attempt, { code: 'ETIMEDOUT' });
}

/** Answers the cookie and then says nothing more. */
async function stopHalfway(t: ExecutionContext, port: number): Promise<RawClient> {
  const client = attend(t, await RawClient.open(port));
  const cookie = await client.fetchCookie();
  await client.send(buildClientHello({ cookie, messageSequence: 1, recordSequence: 1 }));
  await client.next();
  return client;
}

test('refuse: the new client gets no answer, the others stay', async (t) => {
  const { server, port } = await serve(t, { maxPeers: 2, whenFull: 'refuse' });
  const clients = [await join(t, port), await join(t, port)];
  await isRefused(t, port);
  t.true(server.counters().peersRefused > 0);
  t.is(server.counters().peersEvicted, 0);
  for (const client of clients) await echo(client);
});

test('evict-idle: without an idle one it is as refuse', async (t) => {
  const { server, port } = await serve(t, { maxPeers: 1 });
  const client = await join(t, port);
  await isRefused(t, port);
  t.true(server.counters().peersRefused > 0);
  await echo(client);
});

test('evict-idle: one that was silent for long enough makes room, and is told', async (t) => {
  const { server, sockets, port } = await serve(t, { maxPeers: 1, evictAfter: 1 });
  const first = await join(t, port);
  const [accepted] = sockets;
  const failed = once(accepted!, 'error') as Promise<[TlsError]>;
  const closed = once(first, 'close');
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await join(t, port);
  t.is((await failed)[0].code, 'ERR_EVICTED');
  t.deepEqual(await closed, [false], 'with close_notify');
  await echo(second);
  const { peersEvicted, peers } = server.counters();
  t.deepEqual({ peersEvicted, peers }, { peersEvicted: 1, peers: 1 });
});

test('evict-idle: nobody goes for a client that does not prove who it is', async (t) => {
  const { server, port } = await serve(t, { maxPeers: 1, evictAfter: 1 });
  const client = await join(t, port);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await stopHalfway(t, port);
  await echo(client);
  t.is(server.counters().peersEvicted, 0);
  t.is(server.counters().peersHandshaking, 1);
});

test('maxHandshakes: half-open handshakes do not grow beyond it', async (t) => {
  const { server, port } = await serve(t, { maxHandshakes: 2 });
  const client = await join(t, port);
  await stopHalfway(t, port);
  await stopHalfway(t, port);
  await isRefused(t, port);
  const { peersHandshaking, handshakesRefused } = server.counters();
  t.is(peersHandshaking, 2);
  t.true(handshakesRefused > 0);
  await echo(client);
});

test('maxPeersPerAddress: counts for each address by itself', async (t) => {
  const { server, port } = await serve(t, { maxPeersPerAddress: 1 });
  const client = await join(t, port);
  await isRefused(t, port);
  t.true(server.counters().peersRefusedByAddress > 0);
  await echo(await join(t, port, '127.0.0.2'));
  await client.close();
  await echo(await join(t, port));
});

test('maxHandshakesPerAddress: nobody fills the handshakes alone', async (t) => {
  const { server, port } = await serve(t, { maxHandshakesPerAddress: 1 });
  await stopHalfway(t, port);
  await isRefused(t, port);
  t.true(server.counters().peersRefusedByAddress > 0);
  await echo(await join(t, port, '127.0.0.2'));
});

test('idleTimeout: a silent client is said goodbye to', async (t) => {
  const { server, sockets, port } = await serve(t, { idleTimeout: 300 });
  const [silent, busy] = [await join(t, port), await join(t, port)];
  const failed = once(sockets[0]!, 'error') as Promise<[TlsError]>;
  const talking = setInterval(() => busy.send('still here'), 20);
  t.teardown(() => clearInterval(talking));
  t.deepEqual(await once(silent, 'close'), [false]);
  t.is((await failed)[0].code, 'ERR_IDLE_TIMEOUT');
  await echo(busy);
  t.is(server.counters().peersExpired, 1);
});

test('evictAfter without evict-idle contradicts itself', (t) => {
  const make = () => new DtlsServer({ psk: {}, whenFull: 'refuse', evictAfter: 1_000 } as DtlsServerOptions);
  t.throws(make, { code: 'ERR_INVALID_OPTION', message: /evictAfter/ });
});
