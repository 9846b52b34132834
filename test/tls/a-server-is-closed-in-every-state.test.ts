import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test from 'ava';
import { TlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { until } from '../helpers/within.js';
import { closed, dialTls, nextConnection, readAll, startTlsServer } from './ends.js';

const psk = { [client1.identity]: client1.key };

test('before it listens', async (t) => {
  const server = new TlsServer({ psk });
  const events: string[] = [];
  server.on('close', () => events.push('close'));
  await server.close();
  await server.close();
  t.deepEqual(events, ['close']);
  await t.throwsAsync(server.listen(), { code: 'ERR_CLOSED' });
  t.throws(() => server.address(), { code: 'ERR_CLOSED' });
});

test('while it looks up its address', async (t) => {
  const server = new TlsServer({ psk });
  const listening = server.listen({ host: 'localhost' });
  await Promise.all([t.throwsAsync(listening, { code: 'ERR_CLOSED' }), server.close()]);
});

test('while it opens its port', async (t) => {
  const server = new TlsServer({ psk });
  const listening = server.listen({ host: '127.0.0.1' });
  await Promise.all([t.throwsAsync(listening, { code: 'ERR_CLOSED' }), server.close()]);
});

test('with connections, handshakes and silent clients', async (t) => {
  const { server, port } = await startTlsServer(t);
  const accepted = nextConnection(server);
  const client = await dialTls(t, port);
  const socket = await accepted;
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => {}).resume();
  await until('three connections', () => server.counters().connectionsHandshaking === 1);
  server.on('clientError', () => t.fail());
  const order: string[] = [];
  socket.on('close', () => order.push('socket'));
  server.on('close', () => order.push('server'));
  const end = readAll(client);
  await server.close();
  t.deepEqual(order, ['socket', 'server']);
  await end;
  t.false(client.truncated);
  await closed(client);
  t.is(server.connections, 0);
  await t.throwsAsync(once(connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
});

test('its port is free again at once', async (t) => {
  const { server, port } = await startTlsServer(t);
  await dialTls(t, port);
  await server.close();
  const next = new TlsServer({ psk });
  t.teardown(() => next.close());
  t.is((await next.listen({ host: '127.0.0.1', port })).port, port);
});

test('a port that is taken is told, and another may be tried', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const server = new TlsServer({ psk });
  t.teardown(() => server.close());
  t.throws(() => server.address(), { code: 'ERR_NOT_LISTENING' });
  await t.throwsAsync(server.listen({ host: '127.0.0.1', port }), {
    code: 'EADDRINUSE',
    message: new RegExp(`^listen on 127\\.0\\.0\\.1:${port}: `),
  });
  await t.throwsAsync(server.listen({ host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
  const listening = once(server, 'listening');
  const address = await server.listen({ host: '127.0.0.1' });
  await listening;
  t.deepEqual(server.address(), address);
  await t.throwsAsync(server.listen(), { code: 'ERR_ALREADY_LISTENING' });
});

test('without a host it listens on every interface', async (t) => {
  const server = new TlsServer({ psk });
  t.teardown(() => server.close());
  const { port } = await server.listen();
  for (const host of ['127.0.0.1', 'localhost']) {
    const client = await dialTls(t, port, { host, psk: client1 });
    t.is(client.remotePort, port);
  }
});
