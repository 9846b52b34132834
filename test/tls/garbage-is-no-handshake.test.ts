import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { connectTls } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import {
  dialTls,
  echoed,
  failure,
  nextClientError,
  nextConnection,
  only,
  startTlsEchoServer,
  versions,
} from './ends.js';

const garbage: Record<string, Buffer> = {
  'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  'random bytes': randomBytes(500),
  zeros: Buffer.alloc(500),
  'a record of another kind': Buffer.from('1703030003616263', 'hex'),
  'an alert': Buffer.from('15030300020228', 'hex'),
  'a record that is too long': Buffer.concat([Buffer.from('160301ffff', 'hex'), Buffer.alloc(70_000)]),
};

for (const [what, bytes] of Object.entries(garbage)) {
  test(`a server ends with a client that sends ${what}, and serves others`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const bystander = await dialTls(t, port);
    const refused = nextClientError(server);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    t.teardown(() => void client.destroy());
    client.resume();
    client.write(bytes);
    const { code, remoteAddress, remotePort } = await refused;
    t.regex(code, /^(ERR_TLS_LIBRARY|ERR_ALERT_RECEIVED)$/);
    t.deepEqual([remoteAddress, remotePort], ['127.0.0.1', client.localPort]);
    t.is(await echoed(bystander, 'still here'), 'still here');
  });

  test(`a client ends with a server that sends ${what}`, async (t) => {
    const port = await startSpeaker(t, bytes);
    const error = await t.throwsAsync(connectTls({ host: '127.0.0.1', port, psk: client1, handshakeTimeout: 10_000 }));
    t.regex((error as NodeJS.ErrnoException).code ?? '', /^(ERR_TLS_LIBRARY|ERR_ALERT_RECEIVED|ECONNRESET)$/);
  });
}

test('a client that leaves in the middle of a handshake is reported', async (t) => {
  const { server, port } = await startTlsEchoServer(t);
  const refused = nextClientError(server);
  connect(port, '127.0.0.1').end(Buffer.from('1603010200010001fc0303', 'hex'));
  t.is((await refused).code, 'ECONNRESET');
});

for (const version of versions) {
  test(`${version}: damage after the handshake ends the connection with an error at both ends`, async (t) => {
    const { server, port } = await startTlsEchoServer(t);
    const proxy = await startDamagingProxy(t, port);
    const accepted = nextConnection(server);
    const client = await dialTls(t, proxy.port, only(version));
    t.is(await echoed(client, 'ping'), 'ping');
    const [atClient, atServer] = [failure(client), failure(await accepted)];
    proxy.damaging = true;
    client.write('damage me');
    t.is((await atServer).code, 'ERR_TLS_LIBRARY');
    t.like(await atClient, { code: 'ERR_ALERT_RECEIVED', alert: 20 });
  });
}

/** Sends bytes to everybody and leaves. */
async function startSpeaker(t: ExecutionContext, bytes: Buffer): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.end(bytes);
  });
  t.teardown(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Flips the last bit of what clients send, from the moment when it is told to. */
async function startDamagingProxy(t: ExecutionContext, target: number): Promise<{ port: number; damaging: boolean }> {
  const proxy = { port: 0, damaging: false };
  const server = createServer((client) => {
    const onward = connect(target, '127.0.0.1');
    t.teardown(() => void onward.destroy());
    for (const socket of [client, onward]) socket.on('error', () => {});
    onward.pipe(client);
    client.on('data', (chunk: Buffer) => {
      const last = chunk.length - 1;
      if (proxy.damaging) chunk.writeUInt8(chunk.readUInt8(last) ^ 1, last);
      onward.write(chunk);
    });
  });
  t.teardown(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
