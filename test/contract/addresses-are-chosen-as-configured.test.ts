import { networkInterfaces } from 'node:os';
import test from 'ava';
import {
  AddressFamily,
  createTcpBackend,
  createUdpBackend,
  type ResolvedEndpoint,
  SocketOption,
  SocketState,
} from 'lwm2m-tls';
import { resolveAddresses } from '#lib/contract/backends/resolve.js';
import { boundSocket, failureOf, kinds, makeSocket, setRecvTimeout } from '../helpers/contract-sockets.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const testWithIpv6 = hasIpv6 ? test : test.skip;
const { inet4, inet6, unspecified } = AddressFamily;

for (const kind of kinds) {
  testWithIpv6(`${kind}: over IPv6`, async (t) => {
    const listener = makeSocket(t, kind);
    await listener.bind('::1', 0);
    const client = makeSocket(t, kind);
    const server = makeSocket(t, kind);
    await Promise.all([client.connect('::1', listener.getLocalPort()), listener.accept(server)]);
    t.is(client.getOpt(SocketOption.addrFamily), inet6);
    t.is(client.getRemoteHost(), '::1');
    t.is(server.getRemoteHost(), '::1');
  });

  test(`${kind}: a socket that is bound to every address takes IPv4`, async (t) => {
    const listener = makeSocket(t, kind);
    await listener.bind(null, 0);
    const client = makeSocket(t, kind);
    const server = makeSocket(t, kind);
    await Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(server)]);
    t.is(server.getRemoteHost(), '127.0.0.1', 'not ::ffff:127.0.0.1');
  });

  test(`${kind}: an endpoint that worked is written down, and a failure leaves it`, async (t) => {
    const listener = await boundSocket(t, kind);
    const preferredEndpoint: ResolvedEndpoint = { address: '', port: 0 };
    const client = makeSocket(t, kind, { backendConfiguration: { preferredEndpoint, addressFamily: inet4 } });
    await failureOf(t, client.connect('no-such-host.invalid', 5684));
    t.deepEqual(preferredEndpoint, { address: '', port: 0 });
    const server = makeSocket(t, kind);
    const port = listener.getLocalPort();
    await Promise.all([client.connect('localhost', port), listener.accept(server)]);
    t.deepEqual(preferredEndpoint, { address: '127.0.0.1', port });
  });

  test(`${kind}: the only family that is allowed`, async (t) => {
    const client = makeSocket(t, kind, { backendConfiguration: { addressFamily: inet6 } });
    t.is(client.getOpt(SocketOption.forcedAddrFamily), inet6);
    t.is((await failureOf(t, client.connect('127.0.0.1', 9))).code, 'EADDRNOTAVAIL');
    client.setOpt(SocketOption.forcedAddrFamily, inet4);
    const listener = await boundSocket(t, kind);
    const accepted = listener.accept(makeSocket(t, kind));
    await t.notThrowsAsync(client.connect('127.0.0.1', listener.getLocalPort()), 'from the next connect on');
    await accepted;
  });

  test(`${kind}: a port that is taken`, async (t) => {
    const holder = await boundSocket(t, kind);
    const socket = makeSocket(t, kind);
    t.like(await failureOf(t, socket.bind('127.0.0.1', holder.getLocalPort())), { code: 'EADDRINUSE', avsCode: 3 });
    t.is(socket.getOpt(SocketOption.state), SocketState.closed);
    await t.notThrowsAsync(socket.bind('127.0.0.1', 0), 'a failed bind can be repeated');
    t.is(socket.getLocalHost(), '127.0.0.1');
    await socket.close();
    await holder.close();
    await t.notThrowsAsync(holder.bind('127.0.0.1', 0));
  });

  test(`${kind}: an address that is not ours`, async (t) => {
    const socket = makeSocket(t, kind);
    const { code } = await failureOf(t, socket.bind('192.0.2.1', 0));
    t.is(code, 'EADDRNOTAVAIL');
  });
}

test('DTLS: the local port is kept from one connection to the next', async (t) => {
  const listener = await boundSocket(t, 'DTLS');
  const client = makeSocket(t, 'DTLS', { backendConfiguration: { reuseAddr: true } });
  await client.bind('127.0.0.1', 0);
  const port = client.getLocalPort();
  await Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(makeSocket(t, 'DTLS'))]);
  t.is(client.getLocalPort(), port);
  t.is(client.getOpt(SocketOption.state), SocketState.connected);
  await client.close();
  await client.bind(null, port);
  await Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(makeSocket(t, 'DTLS'))]);
  t.is(client.getLocalPort(), port);
});

for (const [local, remote] of [
  ['0.0.0.0', '::1'],
  ['::', '127.0.0.1'],
] as const) {
  testWithIpv6(`DTLS: bound to ${local}, connected to ${remote}, on the same port`, async (t) => {
    const listener = makeSocket(t, 'DTLS');
    await listener.bind(remote, 0);
    const client = makeSocket(t, 'DTLS');
    await client.bind(local, 0);
    const port = client.getLocalPort();
    await Promise.all([client.connect(remote, listener.getLocalPort()), listener.accept(makeSocket(t, 'DTLS'))]);
    t.is(client.getLocalPort(), port);
    t.is(client.getOpt(SocketOption.addrFamily), remote === '::1' ? inet6 : inet4);
  });
}

test('TLS: a bound socket listens, and cannot connect', async (t) => {
  const socket = await boundSocket(t, 'TLS');
  t.is((await failureOf(t, socket.connect('127.0.0.1', socket.getLocalPort()))).code, 'EISCONN');
});

test('the order of addresses', async (t) => {
  const any = { forced: unspecified, preferred: unspecified, endpoint: undefined };
  t.deepEqual(await resolveAddresses('127.0.0.1', 1, any), ['127.0.0.1']);
  await t.throwsAsync(resolveAddresses('127.0.0.1', 1, { ...any, forced: inet6 }), { code: 'EADDRNOTAVAIL' });
  const all = await resolveAddresses('localhost', 1, any);
  if (all.length < 2) return t.log('localhost has one address here');
  t.is((await resolveAddresses('localhost', 1, { ...any, preferred: inet4 }))[0], '127.0.0.1');
  t.is((await resolveAddresses('localhost', 1, { ...any, preferred: inet6 }))[0], '::1');
  const endpoint = { address: '::1', port: 1 };
  t.is((await resolveAddresses('localhost', 1, { ...any, preferred: inet4, endpoint }))[0], '::1');
  t.is(
    (await resolveAddresses('localhost', 2, { ...any, preferred: inet4, endpoint }))[0],
    '127.0.0.1',
    'of that port',
  );
});

test('options of the socket reach the system', async (t) => {
  const configuration = { dscp: 46, priority: 3, reuseAddr: true, interfaceName: 'lo' };
  const listener = await boundSocket(t, 'DTLS');
  const client = makeSocket(t, 'DTLS', { backendConfiguration: configuration });
  const connected = Promise.all([
    client.connect('127.0.0.1', listener.getLocalPort()),
    listener.accept(makeSocket(t, 'DTLS')),
  ]);
  try {
    await connected;
    t.is(client.getInterfaceName(), 'lo');
  } catch (error) {
    t.is((error as { code: string }).code, 'EPERM', 'an interface may need a privilege');
    setRecvTimeout(listener, 0);
  }
});

test('an interface that does not exist', async (t) => {
  for (const backend of [createUdpBackend({ interfaceName: 'nope0' }), createTcpBackend({ interfaceName: 'nope0' })]) {
    const error = await failureOf(t, Promise.resolve(backend.bind?.(null, 0)));
    t.true(['ENODEV', 'EPERM', 'ENOTSUP'].includes(error.code), error.code);
    t.is(backend.state, SocketState.closed);
  }
});
