import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { closed, dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`both sockets after a client's close, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const accepted = nextConnection(server);
    const client = await dial(t, port, { udpBackend });
    const { socket } = await accepted;
    const otherClosed = closed(socket);
    const { bytesSent, bytesReceived } = client;

    await client.close();
    t.false(await otherClosed);
    for (const side of [client, socket]) {
      t.is(side.state, 'closed');
      t.throws(() => side.send('late'), { name: 'TlsError', code: 'ERR_CLOSED' });
      t.throws(() => side.send(Buffer.alloc(100_000)), { code: 'ERR_CLOSED' });
      await t.notThrowsAsync(side.close(), 'idempotent');
      for await (const _ of side) t.fail('no messages');
    }
    t.is(client.bytesSent, bytesSent);
    t.is(client.bytesReceived, bytesReceived);
    t.is(client.remotePort, port, 'what it was stays readable');
    t.is(server.connections, 0);
  });

  test(`a server's socket closes its client, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const accepted = nextConnection(server);
    const client = await dial(t, port, { udpBackend });
    const { socket } = await accepted;
    const clientClosed = closed(client);
    await socket.close();
    t.false(await clientClosed, 'close_notify is no error');
    t.throws(() => client.send('late'), { code: 'ERR_CLOSED' });
    await t.notThrowsAsync(dial(t, port, { udpBackend }), 'the server goes on');
  });
}

test('a server', async (t) => {
  const { server, port } = await startServer(t);
  await dial(t, port);
  await server.close();
  t.throws(() => server.address(), { code: 'ERR_CLOSED' });
  await t.throwsAsync(server.listen(), { code: 'ERR_CLOSED' });
  await t.notThrowsAsync(server.close(), 'idempotent');
  t.is(server.counters().handshakesCompleted, 1, 'counters stay readable');
  t.is(server.connections, 0);
  t.deepEqual([...server.sockets()], []);
  t.is(server.ref().unref(), server);
});

test('a server that has not begun', async (t) => {
  const server = new DtlsServer({ psk: { [client1.identity]: client1.key } });
  t.throws(() => server.address(), { code: 'ERR_NOT_LISTENING' });
  t.is(server.counters().datagramsReceived, 0);
  await server.close();
  t.throws(() => server.address(), { code: 'ERR_CLOSED' });
});
