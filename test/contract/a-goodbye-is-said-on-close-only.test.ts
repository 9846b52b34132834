import test from 'ava';
import { DtlsServer, SocketOption, SocketState } from 'lwm2m-tls';
import {
  connectedPair,
  failureOf,
  kinds,
  makeSocket,
  pskSecurity,
  receiveText,
  setRecvTimeout,
} from '../helpers/contract-sockets.js';
import { within } from '../helpers/within.js';

for (const kind of kinds) {
  test(`${kind}: close ends the peer's stream of messages`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    await client.send('last');
    await client.close();
    t.is(client.getOpt(SocketOption.state), SocketState.closed);
    t.is(await receiveText(server), 'last');
    t.is(await server.receive(Buffer.alloc(9)), 0);
    t.is(await server.receive(Buffer.alloc(9)), 0, 'it stays the end');
    t.is(server.getOpt(SocketOption.state), SocketState.accepted, 'the transport is still there');
  });

  test(`${kind}: a receive that waits hears of it`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    const end = server.receive(Buffer.alloc(9));
    await client.close();
    t.is(await end, 0);
  });

  test(`${kind}: so does cleanup`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    const end = server.receive(Buffer.alloc(9));
    await client.cleanup();
    t.is(await end, 0);
  });

  test(`${kind}: shutdown leaves what has come, and nothing else works`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    await client.send('before');
    t.is(await receiveText(server), 'before');
    const first = server.receive(Buffer.alloc(2));
    await client.send('1.');
    await client.send('2.');
    t.is(await first, 2);
    while (!server.getOpt(SocketOption.hasBufferedData)) await new Promise((resolve) => setImmediate(resolve));
    await server.shutdown();
    t.is(server.getOpt(SocketOption.state), SocketState.shutdown);
    t.is(await receiveText(server), '2.');
    t.false(server.getOpt(SocketOption.hasBufferedData));
    if (kind === 'TLS') t.is(await receiveText(server), '', 'the stream has ended');
    else t.is((await failureOf(t, server.receiveMessage())).code, 'EBADF');
    t.is((await failureOf(t, server.send('x'))).code, 'EBADF');
    await server.close();
    t.is(server.getOpt(SocketOption.state), SocketState.closed);
  });

  test(`${kind}: close ends all that waits`, async (t) => {
    const { client } = await connectedPair(t, kind);
    const receives = [1, 2, 3].map(() => failureOf(t, client.receiveMessage()));
    await client.close();
    for (const { code } of await Promise.all(receives)) t.is(code, 'ECONNABORTED');
    t.is((await failureOf(t, client.receiveMessage())).code, 'EBADF', 'what is asked later has nothing to wait for');
  });

  test(`${kind}: close twice, at once and later`, async (t) => {
    const { client } = await connectedPair(t, kind);
    await Promise.all([client.close(), client.close()]);
    await client.close();
    t.is(client.getOpt(SocketOption.state), SocketState.closed);
  });
}

test('DTLS: a message waits in a socket that is shut down', async (t) => {
  const { client, server } = await connectedPair(t, 'DTLS');
  const first = server.receiveMessage();
  await client.send('one');
  await client.send('two');
  t.is((await first).toString(), 'one');
  setRecvTimeout(server, 0);
  while (!server.getOpt(SocketOption.hasBufferedData)) await new Promise((resolve) => setImmediate(resolve));
  await server.shutdown();
  t.is(await receiveText(server), 'two');
  t.is((await failureOf(t, server.receiveMessage())).code, 'EBADF');
});

test('DTLS: no goodbye after shutdown, so the server keeps the association', async (t) => {
  const server = new DtlsServer({ psk: { device: (pskSecurity as { key: Uint8Array }).key } });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = makeSocket(t, 'DTLS');
  await client.connect('127.0.0.1', port);
  await client.shutdown();
  await client.close();
  const other = makeSocket(t, 'DTLS');
  await other.connect('127.0.0.1', port);
  t.is(server.connections, 2);
  const left = new Promise((resolve) => {
    for (const socket of server.sockets())
      if (socket.remotePort === other.getLocalPort()) socket.once('close', resolve);
  });
  await other.close();
  await within(5_000, 'the goodbye of the other', left);
  t.is(server.connections, 1);
});

test('TLS: no goodbye after shutdown', async (t) => {
  const { client, server } = await connectedPair(t, 'TLS');
  await client.shutdown();
  t.is(await server.receive(Buffer.alloc(9)), 0, 'only the end of TCP');
  await client.close();
});

test('DTLS: a send after the goodbye of the peer', async (t) => {
  const { client, server } = await connectedPair(t, 'DTLS');
  await client.close();
  t.is(await server.receive(Buffer.alloc(9)), 0);
  t.like(await failureOf(t, server.send('x')), { code: 'EPIPE', avsCode: 57 });
});

test('TLS: closing does not wait for a peer that does not read', async (t) => {
  const { client } = await connectedPair(t, 'TLS');
  const sending = failureOf(t, client.send(Buffer.alloc(50_000_000)));
  await within(10_000, 'the close', client.close());
  t.is((await sending).code, 'ECONNABORTED');
});
