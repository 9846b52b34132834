import test from 'ava';
import { SocketOption, SocketState } from 'lwm2m-tls';
import {
  boundSocket,
  connectedPair,
  failureOf,
  kinds,
  makeSocket,
  meet,
  receiveText,
} from '../helpers/contract-sockets.js';
import { SilentServer } from '../helpers/silent-server.js';
import { until } from '../helpers/within.js';

for (const kind of kinds) {
  test(`${kind}: connect while connecting`, async (t) => {
    const listener = await boundSocket(t, kind);
    const port = listener.getLocalPort();
    const client = makeSocket(t, kind);
    const server = makeSocket(t, kind);
    const both = Promise.all([client.connect('127.0.0.1', port), listener.accept(server)]);
    t.is((await failureOf(t, client.connect('127.0.0.1', port))).code, 'EISCONN');
    t.is((await failureOf(t, client.bind(null, 0))).code, 'EISCONN');
    t.is((await failureOf(t, client.send('x'))).code, 'EBADF', 'it is not connected yet');
    t.is((await failureOf(t, client.receive(Buffer.alloc(1)))).code, 'EBADF');
    await both;
    await client.send('well');
    t.is(await receiveText(server), 'well');
  });

  test(`${kind}: close while accepting`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    const accepted = failureOf(t, listener.accept(server));
    await listener.close();
    t.is((await accepted).code, 'ECONNABORTED');
    t.is(server.getOpt(SocketOption.state), SocketState.closed);
  });

  test(`${kind}: the client's socket is closed while it waits to be one`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    const accepted = failureOf(t, listener.accept(server));
    await server.close();
    t.is((await accepted).code, 'ECONNABORTED');
    t.is(listener.getOpt(SocketOption.state), SocketState.bound, 'the other one goes on');
  });

  test(`${kind}: close and connect without waiting in between`, async (t) => {
    const pair = await connectedPair(t, kind);
    void pair.client.close();
    t.is(pair.client.getOpt(SocketOption.state), SocketState.closed, 'at once');
    await pair.server.close();
    await t.notThrowsAsync(meet(pair));
  });

  test(`${kind}: a socket connects again and again`, async (t) => {
    const pair = await connectedPair(t, kind);
    const sent = pair.client.getOpt(SocketOption.bytesSent);
    for (const goodbye of [true, false]) {
      if (!goodbye) await pair.client.shutdown();
      await Promise.all([pair.client.close(), pair.server.close()]);
      await meet(pair);
      await pair.client.send('again');
      t.is(await receiveText(pair.server), 'again');
    }
    t.true(pair.client.getOpt(SocketOption.bytesSent) > 2 * sent, 'the counters go on');
  });
}

test('DTLS: close while connecting', async (t) => {
  await using silent = await SilentServer.open();
  const client = makeSocket(t, 'DTLS');
  const connected = failureOf(t, client.connect('127.0.0.1', silent.port));
  await until('a ClientHello', () => silent.arrivals.length === 1);
  t.is(client.getOpt(SocketOption.state), SocketState.connected, 'that of the transport, as in the C interface');
  await client.close();
  t.like(await connected, { code: 'ECONNABORTED', avsCode: 12 });
  t.is(client.getOpt(SocketOption.state), SocketState.closed);
});

test('DTLS: cleanup and shutdown while connecting', async (t) => {
  await using silent = await SilentServer.open();
  for (const end of ['cleanup', 'shutdown'] as const) {
    const client = makeSocket(t, 'DTLS');
    const connected = failureOf(t, client.connect('127.0.0.1', silent.port));
    const before = silent.arrivals.length;
    await until('a ClientHello', () => silent.arrivals.length > before);
    await client[end]();
    t.is((await connected).code, 'ECONNABORTED');
    await client.close();
    t.is(client.getOpt(SocketOption.state), SocketState.closed);
  }
});
