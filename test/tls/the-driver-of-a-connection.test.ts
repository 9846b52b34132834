/** `TlsConnection`, which sockets of any kind are built on, beyond what its users among them show. */
import { once } from 'node:events';
import net from 'node:net';
import { constants } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { Transport } from '#lib/binding.js';
import { clientContext, clientParameters, streamTransport } from '#lib/context.js';
import { Cause } from '#lib/errors/failure.js';
import { parseClientSecurity } from '#lib/options/client-security.js';
import { TlsConnection, type TlsConnectionHandlers } from '#lib/tls/tls-connection.js';
import { client1 } from '../helpers/credentials.js';
import { until, within } from '../helpers/within.js';
import {
  closed,
  nextConnection,
  only,
  readAll,
  startTlsEchoServer,
  startTlsServer,
  type Version,
  versions,
} from './ends.js';

const psk = { [client1.identity]: client1.key };

interface DriverOptions {
  credentials?: { identity: string; key: Uint8Array };
  version?: Version;
  handshakeTimeout?: number;
  handlers?: TlsConnectionHandlers;
}

function drive(t: ExecutionContext, port: number, options: DriverOptions = {}): TlsConnection {
  const { credentials = client1, version = 'TLSv1.3', handshakeTimeout = 0, handlers = {} } = options;
  const security = parseClientSecurity({ psk: credentials, ...only(version) }, Transport.stream, '127.0.0.1');
  const transport = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const connection = new TlsConnection({
    ...{ transport, handshakeTimeout, handlers, what: 'driver', highWaterMark: 65_536 },
    context: clientContext(security, streamTransport, false),
    parameters: clientParameters(security),
  });
  t.teardown(() => connection.destroy());
  return connection;
}

for (const version of versions) {
  test(`${version}: plaintext is taken in pieces of any size, and waits in between`, async (t) => {
    const { server, port } = await startTlsServer(t, { psk });
    const accepted = nextConnection(server);
    const connection = drive(t, port, { version });
    connection.start();
    t.is((await connection.established).version, version === 'TLSv1.2' ? 0x0303 : 0x0304);
    t.is(connection.read(), null);
    (await accepted).write('0123456789');
    await until('plaintext', () => connection.readableBytes === 10);
    t.is(connection.read(4)?.toString(), '0123');
    t.is(connection.read(0), null);
    t.is(connection.readableBytes, 6);
    t.is(connection.read()?.toString(), '456789');
    t.is(connection.read(), null);
  });

  test(`${version}: close_notify leaves the transport open`, async (t) => {
    const { server, port } = await startTlsServer(t, { psk, allowHalfOpen: true });
    const accepted = nextConnection(server);
    const connection = drive(t, port, { version });
    connection.start();
    await connection.established;
    const peer = await accepted;
    await connection.send(Buffer.from('last words'));
    await connection.closeNotify();
    t.is((await within(10_000, 'the end', readAll(peer))).toString(), 'last words');
    t.false(connection.transport.writableEnded);
    await t.throwsAsync(connection.send(Buffer.from('more')), { code: 'ERR_CLOSED' });
    peer.end('answer');
    await until('the end', () => connection.ended);
    t.is(connection.read()?.toString(), 'answer');
    t.false(connection.truncated);
  });

  test(`${version}: an end without close_notify is one of TCP alone`, async (t) => {
    const { server, port } = await startTlsServer(t, { psk });
    for (const end of ['end', 'close'] as const) {
      const accepted = nextConnection(server);
      const connection = drive(t, port, { version });
      connection.start();
      await connection.established;
      const peer = await accepted;
      void connection.send(Buffer.from('cut off'));
      void connection[end]({ closeNotify: false });
      t.is((await within(10_000, 'the end', readAll(peer))).toString(), 'cut off');
      t.true(peer.truncated);
      await closed(peer);
      await within(10_000, 'closed', connection.closed);
    }
  });
}

test('nobody who reads: the transport waits, and so does the peer', async (t) => {
  const { server, port } = await startTlsServer(t, { psk });
  const accepted = nextConnection(server);
  const connection = drive(t, port);
  connection.start();
  await connection.established;
  const peer = await accepted;
  const size = 48 << 20;
  peer.write(Buffer.alloc(size));
  await until('a pause', () => connection.transport.isPaused());
  t.true(connection.readableBytes <= 65_536 + 65_536);
  let received = 0;
  await within(
    20_000,
    'everything',
    new Promise<void>((resolve) => {
      const take = () => {
        for (let chunk = connection.read(); chunk !== null; chunk = connection.read()) received += chunk.length;
        if (received === size) resolve();
      };
      connection.handlers = { readable: take };
      take();
    }),
  );
  t.is(received, size);
});

test('many writes at once arrive in order', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const connection = drive(t, port);
  connection.start();
  await connection.established;
  const texts = Array.from({ length: 200 }, (_none, index) => `${index}:${'x'.repeat((index * 977) % 90_000)}|`);
  const expected = texts.join('');
  const chunks: Buffer[] = [];
  connection.handlers = {
    readable: () => {
      for (let chunk = connection.read(); chunk !== null; chunk = connection.read()) chunks.push(chunk);
    },
  };
  const order: number[] = [];
  await Promise.all(texts.map((text, index) => connection.send(Buffer.from(text)).then(() => order.push(index))));
  t.deepEqual(order, [...texts.keys()]);
  const received = () => chunks.reduce((sum, { length }) => sum + length, 0);
  await until('the echo', () => received() === expected.length);
  t.true(Buffer.concat(chunks).toString() === expected);
});

test('an empty write is done, and sends nothing', async (t) => {
  const { server, port } = await startTlsServer(t, { psk });
  const accepted = nextConnection(server);
  const connection = drive(t, port);
  connection.start();
  await connection.established;
  const peer = await accepted;
  const { bytesRead } = peer;
  await connection.send(new Uint8Array());
  const received = once(peer, 'data') as Promise<[Buffer]>;
  await connection.send(Buffer.from('x'));
  t.is((await received)[0].toString(), 'x');
  t.is(peer.bytesRead - bytesRead, 5 + 1 + 1 + 16, 'one record: header, plaintext, content type, tag');
});

test('nothing can be written before the handshake is done, or after the end', async (t) => {
  const { port } = await startTlsServer(t, { psk });
  const connection = drive(t, port);
  await t.throwsAsync(connection.send(Buffer.from('early')), { code: 'ERR_CLOSED' });
  connection.start();
  await t.throwsAsync(connection.send(Buffer.from('early')), { code: 'ERR_CLOSED' });
  await connection.established;
  connection.destroy();
  await t.throwsAsync(connection.send(Buffer.from('late')), { code: 'ERR_CLOSED' });
  await connection.closeNotify();
  await connection.closed;
});

test('a failure is told in numbers too', async (t) => {
  const { port } = await startTlsServer(t, { psk });
  const refused = drive(t, port, { credentials: { identity: 'stranger', key: client1.key }, version: 'TLSv1.2' });
  refused.start();
  await t.throwsAsync(refused.established, { code: 'ERR_ALERT_RECEIVED' });
  t.deepEqual(refused.failure, { cause: Cause.alertReceived, code: (2 << 8) | 115, reason: '' });

  const silent = net.createServer((socket) => socket.on('error', () => {}).resume());
  t.teardown(() => void silent.close());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port: silentPort } = silent.address() as net.AddressInfo;
  const late = drive(t, silentPort, { handshakeTimeout: 50 });
  late.start();
  await t.throwsAsync(late.established, { code: 'ETIMEDOUT' });
  t.deepEqual(late.failure, { cause: Cause.timeout, code: constants.errno.ETIMEDOUT, reason: '' });
  silent.close();
  late.destroy();
  await once(silent, 'close');

  const nobody = drive(t, silentPort);
  nobody.start();
  await t.throwsAsync(nobody.established, { code: 'ECONNREFUSED' });
  t.deepEqual(nobody.failure, { cause: Cause.transport, code: constants.errno.ECONNREFUSED, reason: '' });
});

test('handlers may destroy the connection', async (t) => {
  const { server, port } = await startTlsServer(t, { psk });
  server.on('connection', (socket) => socket.resume());
  const connection = drive(t, port, {
    version: 'TLSv1.2',
    handlers: { session: () => connection.destroy() },
  });
  connection.start();
  await t.throwsAsync(connection.established, { code: 'ERR_CLOSED' });
  await connection.closed;
  t.false(connection.handshaking);
  await until('no connection', () => server.connections === 0);
});

test('destroy() before start() closes the transport', async (t) => {
  const { port } = await startTlsServer(t, { psk });
  const connection = drive(t, port);
  connection.destroy();
  connection.start();
  await t.throwsAsync(connection.established, { code: 'ERR_CLOSED' });
  await within(10_000, 'closed', connection.closed);
  t.true(connection.transport.destroyed);
});
