import { once } from 'node:events';
import test from 'ava';
import { connect, DtlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';
import { SilentServer } from '../helpers/silent-server.js';

const psk = { [client1.identity]: client1.key };

test('a server that never listened', async (t) => {
  const server = new DtlsServer({ psk });
  const closed = once(server, 'close');
  await server.close();
  await t.notThrowsAsync(closed);
});

test('a server whose listen is pending', async (t) => {
  const server = new DtlsServer({ psk });
  const listening = server.listen({ host: 'localhost' });
  const closing = server.close();
  await t.throwsAsync(listening, { code: 'ERR_CLOSED' });
  await t.notThrowsAsync(closing);
});

for (const udpBackend of udpBackends) {
  test(`a server with connections: their close first, then its own, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const events: string[] = [];
    server.on('connection', (socket) => socket.on('close', (hadError) => events.push(`socket ${hadError}`)));
    server.on('close', () => events.push('server'));
    const clients = await Promise.all([dial(t, port, { udpBackend }), dial(t, port, { udpBackend })]);
    const clientsClosed = clients.map((client) => once(client, 'close'));
    const [first, second] = [server.close(), server.close()];
    t.is(first, second);
    await first;
    t.deepEqual(events, ['socket false', 'socket false', 'server']);
    for (const closed of clientsClosed) t.deepEqual(await closed, [false], 'close_notify came');
  });

  test(`a server in the middle of handshakes, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const options = { udpBackend, handshakeTimeouts: { min: 50, max: 100 } };
    const attempts = Array.from({ length: 20 }, () => dial(t, port, options));
    const settled = Promise.allSettled(attempts);
    await server.close();
    await settled;
    t.is(server.connections, 0);
  });

  test(`inside of every listener, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    server.once('connection', (socket) => {
      void socket.close();
      t.throws(() => socket.send('late'), { code: 'ERR_CLOSED' });
    });
    const first = await dial(t, port, { udpBackend });
    if (first.state === 'connected') await once(first, 'close');

    server.once('connection', (socket) => {
      socket.on('message', () => void socket.close());
      socket.on('close', () => void server.close());
    });
    const second = await dial(t, port, { udpBackend });
    second.on('message', () => t.fail('nothing was sent'));
    for (let i = 0; i < 10; i += 1) second.send('many in one batch');
    await once(server, 'close');
    t.is(server.connections, 0);
  });
}

test('a socket that is closed by both sides at once', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  await Promise.all([client.close(), socket.close(), client.close(), socket.close(), server.close()]);
  t.is(client.state, 'closed');
  t.is(socket.state, 'closed');
});

test.serial('a close listener that throws stops neither the others nor the promise', async (t) => {
  const { server, port } = await startServer(t);
  const closed: number[] = [];
  const thrown: string[] = [];
  const onUncaught = (error: Error) => thrown.push(error.message);
  const others = process.rawListeners('uncaughtException') as ((error: Error) => void)[];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', onUncaught);
  t.teardown(() => {
    process.off('uncaughtException', onUncaught);
    for (const other of others) process.on('uncaughtException', other);
  });
  server.on('connection', (socket) => {
    socket.on('close', () => {
      closed.push(socket.remotePort);
      throw new Error('of a socket');
    });
  });
  server.on('close', () => {
    throw new Error('of the server');
  });
  await Promise.all([dial(t, port), dial(t, port)]);
  await server.close();
  await new Promise((resolve) => setImmediate(resolve));
  t.is(closed.length, 2);
  t.deepEqual(thrown.sort(), ['of a socket', 'of a socket', 'of the server']);
});

test('await using, in words', async (t) => {
  const server = new DtlsServer({ psk });
  const { port } = await server.listen({ host: '127.0.0.1' });
  const client = await connect({ host: '127.0.0.1', port, psk: client1 });
  await client[Symbol.asyncDispose]();
  t.is(client.state, 'closed');
  await server[Symbol.asyncDispose]();
  t.throws(() => server.address(), { code: 'ERR_CLOSED' });
});

test('an attempt that hears nothing leaves nothing open', async (t) => {
  const silent = await SilentServer.open();
  t.teardown(() => silent[Symbol.asyncDispose]());
  const options = { host: '127.0.0.1', port: silent.port, psk: client1, handshakeTimeouts: { min: 20, max: 40 } };
  await t.throwsAsync(connect(options), { code: 'ETIMEDOUT' });
});

test('the same local port can be had again as soon as close or connect has settled', async (t) => {
  const { port } = await startServer(t);
  const first = await dial(t, port);
  const { localPort } = first;
  await first.close();
  const second = await dial(t, port, { localPort });
  t.is(second.localPort, localPort);
  await second.close();
  const silent = await SilentServer.open();
  t.teardown(() => silent[Symbol.asyncDispose]());
  const failing = dial(t, silent.port, { localPort, handshakeTimeouts: { min: 10, max: 10 } });
  await t.throwsAsync(failing, { code: 'ETIMEDOUT' });
  await t.notThrowsAsync(dial(t, port, { localPort }));
});
