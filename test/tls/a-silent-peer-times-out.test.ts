import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { connectTls } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { closed, dialTls, echoed, nextClientError, startTlsEchoServer, startTlsServer } from './ends.js';

async function startSilentServer(t: ExecutionContext): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  t.teardown(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a client gives up a server that says nothing', async (t) => {
  const port = await startSilentServer(t);
  const begin = Date.now();
  const error = await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: client1, handshakeTimeout: 200 }), {
    code: 'ETIMEDOUT',
  });
  t.regex(error?.message ?? '', /^connect to 127\.0\.0\.1:\d+: .*200 ms/);
  t.true(Date.now() - begin < 5_000);
});

test('a server gives up a client that says nothing', async (t) => {
  const { server, port } = await startTlsServer(t, { handshakeTimeout: 200 });
  const refused = nextClientError(server);
  const client = connect(port, '127.0.0.1');
  t.teardown(() => void client.destroy());
  const ended = once(client.resume(), 'end');
  t.is((await refused).code, 'ETIMEDOUT');
  await ended;
  t.like(server.counters(), { handshakesFailed: 1, handshakesTimedOut: 1, connections: 0, connectionsHandshaking: 0 });
});

test('a server gives up a client that says little at a time', async (t) => {
  const { server, port } = await startTlsServer(t, { handshakeTimeout: 300 });
  const refused = nextClientError(server);
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  const bytes = Buffer.from('160301020001000001fc0303', 'hex');
  let sent = 0;
  const timer = setInterval(() => client.write(bytes.subarray(sent % bytes.length, (sent++ % bytes.length) + 1)), 50);
  t.teardown(() => {
    clearInterval(timer);
    client.destroy();
  });
  t.is((await refused).code, 'ETIMEDOUT');
});

test('after the handshake nobody is hurried', async (t) => {
  const { port } = await startTlsEchoServer(t, { handshakeTimeout: 500 });
  const client = await dialTls(t, port, { handshakeTimeout: 500 });
  await new Promise((resolve) => setTimeout(resolve, 700));
  t.is(await echoed(client, 'ping'), 'ping');
  await client.close();
  await closed(client);
});
