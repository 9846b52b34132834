import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import { connectTls } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { until } from '../helpers/within.js';
import { dialTls, echoed, startTlsEchoServer } from './ends.js';

const psk = { [client1.identity]: client1.key };

test('three hundred clients talk to one server', async (t) => {
  const { server, port } = await startTlsEchoServer(t, { psk });
  const count = 300;
  const clients = await Promise.all(Array.from({ length: count }, () => dialTls(t, port, { psk: client1 })));
  await until('all connections', () => server.connections === count);
  const echoes = await Promise.all(clients.map((client, index) => echoed(client, `client ${index}`)));
  t.deepEqual(
    echoes,
    clients.map((_client, index) => `client ${index}`),
  );
  t.is([...server.sockets()].length, count);
  await Promise.all(clients.map((client) => client.close()));
  await until('no connection', () => server.connections === 0);
  t.like(server.counters(), {
    ...{ connectionsAccepted: count, handshakesCompleted: count, handshakesFailed: 0 },
    ...{ connections: 0, connectionsHandshaking: 0 },
  });
});

test('maxConnections counts handshakes too, and lets others in when there is room again', async (t) => {
  const { server, port } = await startTlsEchoServer(t, { psk, maxConnections: 2 });
  const client = await dialTls(t, port, { psk: client1 });
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => {});
  await until('the silent one', () => server.counters().connectionsHandshaking === 1);
  await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: client1 }), { code: 'ECONNRESET' });
  t.is(server.counters().connectionsRefused, 1);
  t.is(await echoed(client, 'still here'), 'still here');
  silent.destroy();
  await once(silent, 'close');
  await until('room', () => server.counters().connectionsHandshaking === 0);
  const next = await dialTls(t, port, { psk: client1 });
  t.is(await echoed(next, 'next'), 'next');
});
