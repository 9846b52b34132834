import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import test from 'ava';
import { connect, connectTls, credentials, SocketOption, SocketState } from 'lwm2m-tls';
import {
  boundSocket,
  failureOf,
  kinds,
  makeSocket,
  pskSecurity,
  receiveText,
  setRecvTimeout,
} from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

const { identity, key } = pskSecurity as { identity: string; key: Uint8Array };

for (const kind of kinds) {
  test(`${kind}: several, each with its own socket`, async (t) => {
    const listener = await boundSocket(t, kind);
    const port = listener.getLocalPort();
    const pairs = [];
    for (const name of ['one', 'two', 'three']) {
      const pair = { name, client: makeSocket(t, kind), server: makeSocket(t, kind) };
      await Promise.all([pair.client.connect('127.0.0.1', port), listener.accept(pair.server)]);
      t.is(pair.server.getOpt(SocketOption.state), SocketState.accepted);
      t.is(pair.server.getRemotePort(), pair.client.getLocalPort());
      t.is(pair.server.getLocalPort(), port);
      pairs.push(pair);
    }
    for (const { name, client } of pairs) await client.send(name);
    for (const { name, server } of pairs) {
      t.is(await receiveText(server), name);
      await server.send(name.toUpperCase());
    }
    for (const { name, client } of pairs) t.is(await receiveText(client), name.toUpperCase());
  });

  test(`${kind}: calls of accept take the clients in turn`, async (t) => {
    const listener = await boundSocket(t, kind);
    const servers = [makeSocket(t, kind), makeSocket(t, kind)];
    const accepted = Promise.all(servers.map((server) => listener.accept(server)));
    const clients = [makeSocket(t, kind), makeSocket(t, kind)];
    for (const client of clients) await client.connect('127.0.0.1', listener.getLocalPort());
    await accepted;
    t.deepEqual(
      servers.map((server) => server.getRemotePort()),
      clients.map((client) => client.getLocalPort()),
    );
  });

  test(`${kind}: nobody comes`, async (t) => {
    const listener = await boundSocket(t, kind);
    for (const timeout of [0, 60]) {
      setRecvTimeout(listener, timeout);
      const error = await failureOf(t, listener.accept(makeSocket(t, kind)));
      t.like(error, { code: 'ETIMEDOUT', avsCode: 65 });
    }
    t.is(listener.getOpt(SocketOption.state), SocketState.bound);
  });

  test(`${kind}: a client that fails does not disturb the next`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    const stranger = makeSocket(t, kind, { security: { ...pskSecurity, identity: 'stranger' } as typeof pskSecurity });
    const refused = failureOf(t, listener.accept(server));
    await failureOf(t, stranger.connect('127.0.0.1', listener.getLocalPort()));
    await refused;
    t.is(server.getOpt(SocketOption.state), SocketState.closed);
    t.is(listener.getOpt(SocketOption.state), SocketState.bound);
    const client = makeSocket(t, kind);
    await Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(server)]);
    await client.send('next');
    t.is(await receiveText(server), 'next');
  });

  test(`${kind}: accepted sockets outlive their listener, and the port is free afterwards`, async (t) => {
    const listener = await boundSocket(t, kind);
    const port = listener.getLocalPort();
    const client = makeSocket(t, kind);
    const server = makeSocket(t, kind);
    await Promise.all([client.connect('127.0.0.1', port), listener.accept(server)]);
    await listener.close();
    await client.send('still');
    t.is(await receiveText(server), 'still');
    await client.close();
    t.is(await server.receive(Buffer.alloc(1)), 0);
    await server.close();
    if (kind === 'DTLS') await t.notThrowsAsync(listener.bind('127.0.0.1', port));
  });

  test(`${kind}: an accepted socket is an ordinary one when it is closed`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    await Promise.all([makeSocket(t, kind).connect('127.0.0.1', listener.getLocalPort()), listener.accept(server)]);
    await server.close();
    const other = makeSocket(t, kind);
    await Promise.all([server.connect('127.0.0.1', listener.getLocalPort()), listener.accept(other)]);
    t.is(server.getOpt(SocketOption.state), SocketState.connected);
    await server.send('the other way round');
    t.is(await receiveText(other), 'the other way round');
  });

  test(`${kind}: what cannot be accepted into`, async (t) => {
    const listener = await boundSocket(t, kind);
    const bound = await boundSocket(t, kind);
    t.is((await failureOf(t, listener.accept(bound))).code, 'EISCONN');
    const otherKind = makeSocket(t, kind === 'DTLS' ? 'TLS' : 'DTLS');
    t.is((await failureOf(t, listener.accept(otherKind))).code, 'EINVAL');
    t.is((await failureOf(t, makeSocket(t, kind).accept(makeSocket(t, kind)))).code, 'ENETDOWN');
  });

  test(`${kind}: with certificates of both sides`, async (t) => {
    const [{ chain, keyDer }, client] = [await pki.server(), await pki.client()];
    const trustedCerts = (await pki.root()).der;
    const security = {
      clientCert: credentials.array(chain.map(({ der }) => der)),
      clientKey: keyDer,
      ...{ serverCertValidation: true, ignoreSystemTrustStore: true, trustedCerts },
    };
    const listener = await boundSocket(t, kind, { security });
    const server = makeSocket(t, kind);
    const accepted = listener.accept(server);
    const options = { host: '127.0.0.1', port: listener.getLocalPort(), servername: 'localhost', ca: trustedCerts };
    const own = { cert: client.chainPem, key: client.keyPem };
    const socket = await (kind === 'DTLS' ? connect({ ...options, ...own }) : connectTls({ ...options, ...own }));
    await accepted;
    await server.send('welcome');
    const [message] = await once(socket, kind === 'DTLS' ? 'message' : 'data');
    t.is(String(message), 'welcome');
    if ('destroy' in socket) socket.destroy();
    else await socket.close();
  });
}

test('DTLS: our own connect() is a client like any other', async (t) => {
  const listener = await boundSocket(t, 'DTLS');
  const server = makeSocket(t, 'DTLS');
  const accepted = listener.accept(server);
  const client = await connect({ host: '127.0.0.1', port: listener.getLocalPort(), psk: { identity, key } });
  t.teardown(() => client.close());
  await accepted;
  client.send('hello');
  t.is(await receiveText(server), 'hello');
  await client.close();
  t.is(await server.receive(Buffer.alloc(9)), 0);
});

test('TLS: a client that says nothing', async (t) => {
  const listener = await boundSocket(t, 'TLS');
  const silent = connectTcp(listener.getLocalPort(), '127.0.0.1');
  t.teardown(() => silent.destroy());
  const server = makeSocket(t, 'TLS');
  setRecvTimeout(server, 80);
  t.is((await failureOf(t, listener.accept(server))).code, 'ETIMEDOUT');
  t.is(listener.getOpt(SocketOption.state), SocketState.bound);
});
