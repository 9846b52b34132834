import test from 'ava';
import { AddressFamily, type BackendConfiguration, SocketOption } from 'lwm2m-tls';
import { boundSocket, failureOf, kinds, makeSocket, meet } from '../helpers/contract-sockets.js';
import { python, testWith } from '../helpers/foreign/tools.js';
import { ipv6Test } from '../helpers/ipv6.js';
import { privilegedTest, readSocketOptions } from '../helpers/socket-options.js';

for (const kind of kinds) {
  const withBackend = (backendConfiguration: BackendConfiguration) => ({ backendConfiguration });

  testWith(python, `${kind}: dscp, priority and interface reach the system`, async (t, tool) => {
    const settings = { dscp: 46, priority: 3, interfaceName: 'lo' };
    const bound = await boundSocket(t, kind, withBackend(settings));
    const plain = await boundSocket(t, kind);
    const client = makeSocket(t, kind, withBackend({ dscp: 10 }));
    await meet({ client, listener: plain, server: makeSocket(t, kind) });
    const fds = [bound, plain, client].map((socket) => socket.getSystemSocket()!);
    t.like(readSocketOptions(tool, ...fds), [
      { dscp: 46, priority: 3, device: 'lo' },
      { dscp: 0, priority: 0, device: '' },
      { dscp: 10, device: '' },
    ]);
    t.is(bound.getInterfaceName(), 'lo');
  });

  privilegedTest(`${kind}: transparent lets an address be bound that is not ours`, async (t) => {
    const socket = makeSocket(t, kind);
    t.is((await failureOf(t, socket.bind('192.0.2.1', 0))).code, 'EADDRNOTAVAIL');
    const transparent = makeSocket(t, kind, withBackend({ transparent: true }));
    await transparent.bind('192.0.2.1', 0);
    t.is(transparent.getLocalHost(), '192.0.2.1');
  });

  ipv6Test(`${kind}: an option changes the only family for the next resolution`, async (t) => {
    const socket = makeSocket(t, kind);
    socket.setOpt(SocketOption.forcedAddrFamily, AddressFamily.inet4);
    t.is((await failureOf(t, socket.bind('::1', 0))).code, 'EADDRNOTAVAIL');
    socket.setOpt(SocketOption.forcedAddrFamily, AddressFamily.inet6);
    await socket.bind('::1', 0);
    t.is(socket.getOpt(SocketOption.addrFamily), AddressFamily.inet6);
  });
}

test('DTLS: with reuseAddr two sockets have one port, without it they do not', async (t) => {
  const backendConfiguration = { reuseAddr: true };
  const first = await boundSocket(t, 'DTLS', { backendConfiguration });
  const port = first.getLocalPort();
  await t.notThrowsAsync(makeSocket(t, 'DTLS', { backendConfiguration }).bind('127.0.0.1', port));
  const other = makeSocket(t, 'DTLS');
  t.like(await failureOf(t, other.bind('127.0.0.1', port)), { code: 'EADDRINUSE', avsCode: 3 });
});

test('DTLS: a forced MTU is the MTU', async (t) => {
  const client = makeSocket(t, 'DTLS', { backendConfiguration: { forcedMtu: 1_111 } });
  await meet({ client, listener: await boundSocket(t, 'DTLS'), server: makeSocket(t, 'DTLS') });
  t.is(client.getOpt(SocketOption.mtu), 1_111);
  t.true(client.getOpt(SocketOption.innerMtu) < 1_111 - 28);
});
