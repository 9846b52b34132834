import { once } from 'node:events';
import test from 'ava';
import { ProtocolVersion } from '#lib/binding.js';
import { Cause } from '#lib/errors/failure.js';
import type { ClosedRecord, ConnectedRecord } from '#lib/events/records.js';
import { client1 } from '../helpers/credentials.js';
import { carry, clientContext, openTestEndpoint, pairScripts, serverContext } from '../helpers/endpoints.js';
import { dial, echo, startEchoServer } from '../helpers/ours.js';
import { ccm8 } from '../helpers/suites.js';

test('as client of a real server, carried by node:dgram', async (t) => {
  const { port } = await startEchoServer(t);
  const client = openTestEndpoint(t, 'script');
  await carry(t, client);
  const connected = once(client, 'connected') as Promise<[ConnectedRecord]>;
  const peer = client.dial(port);
  const [record] = await connected;
  t.like(record, { peer, remoteAddress: '127.0.0.1', remotePort: port, cipher: ccm8.id, resumed: false });
  t.like(record, { version: ProtocolVersion.dtls12, serverName: '', verifyResult: 0, certificates: [] });
  const heard = once(client, 'message');
  t.is(client.send(peer, 'hello'), 0);
  t.deepEqual(await heard, [Buffer.from('hello')]);
});

test('as server of a real client, once it has a context', async (t) => {
  const server = openTestEndpoint(t, 'script');
  const port = await carry(t, server);
  const echoing = (message: Buffer) => server.send(peer, message.toString());
  let peer = 0;
  server.on('connected', (record) => {
    peer = record.peer;
    t.is(record.pskIdentity, client1.identity);
  });
  server.on('message', echoing);

  await t.throwsAsync(dial(t, port, { handshakeTimeouts: { min: 50, max: 50 } }), { code: 'ETIMEDOUT' });
  t.true(server.counters.datagramsUnroutable > 0);
  server.serve(serverContext());
  const client = await dial(t, port);
  t.is(await echo(client, 'hello'), 'hello');
  server.serve(null);
  await t.throwsAsync(dial(t, port, { handshakeTimeouts: { min: 50, max: 50 } }), { code: 'ETIMEDOUT' });
  t.is(await echo(client, 'still here'), 'still here');
});

test('two of them, each injecting what the other sends while events are delivered', async (t) => {
  const [client, server] = [openTestEndpoint(t, 'script'), openTestEndpoint(t, 'script')];
  const peer = await pairScripts(client, server);
  const heard = once(server, 'message');
  t.is(client.send(peer, 'hello'), 0);
  t.deepEqual(await heard, [Buffer.from('hello')]);
});

test('it has no address and no descriptor, reaches both families, and cannot be connected', (t) => {
  const script = openTestEndpoint(t, 'script');
  t.deepEqual(script.address, { address: '', port: 0, family: 'IPv4' });
  t.is(script.fd, -1);
  t.is(script.pathMtu, 0);
  t.throws(() => script.connectSocket(5684), { code: 'ENOTSUP' });
  t.true(script.dial(5684) > 0);
  t.true(script.dial(5684, clientContext(), '2001:db8::1') > 0);
});

test('its timers run: a flight without an answer is sent again, and given up', async (t) => {
  const script = openTestEndpoint(t, 'script');
  const sent: [string, number][] = [];
  script.on('datagram', (address, port) => sent.push([address, port]));
  const closed = once(script, 'closed') as Promise<[ClosedRecord]>;
  script.dial(5684, clientContext({ minTimeoutMicros: 10_000, maxTimeoutMicros: 20_000 }), '2001:db8::1');
  const [{ failure }] = await closed;
  t.is(failure.cause, Cause.timeout);
  t.deepEqual(sent, Array(2).fill(['2001:db8::1', 5684]));
});

test('what was injected is a copy, and handled in this turn of the loop', async (t) => {
  const script = openTestEndpoint(t, 'script');
  const datagram = Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  script.inject(1, datagram);
  datagram.fill(0);
  t.is(script.counters.datagramsReceived, 0, 'not inside of the call');
  await new Promise((resolve) => setImmediate(resolve));
  t.like(script.counters, { datagramsReceived: 1, datagramsUnroutable: 1, datagramsMalformed: 0 });
});

test('only a script endpoint can be injected into', (t) => {
  const socket = openTestEndpoint(t);
  t.throws(() => socket.inject(1, Buffer.alloc(1)), { instanceOf: TypeError });
  const script = openTestEndpoint(t, 'script');
  t.throws(() => script.inject(1, Buffer.alloc(1), 'nowhere'), { instanceOf: TypeError });
});
