import test from 'ava';
import { createTcpBackend, createUdpBackend, SocketOption, SocketState } from 'lwm2m-tls';
import { boundSocket, failureOf, kinds, makeSocket } from '../helpers/contract-sockets.js';

for (const kind of kinds) {
  test(`${kind}: the port that it was bound to is free again`, async (t) => {
    const socket = await boundSocket(t, kind);
    const port = socket.getLocalPort();
    const other = makeSocket(t, kind);
    t.is((await failureOf(t, other.bind('127.0.0.1', port))).code, 'EADDRINUSE');
    await socket.decorate(kind === 'DTLS' ? createUdpBackend() : createTcpBackend());
    t.is(socket.getOpt(SocketOption.state), SocketState.closed);
    await t.notThrowsAsync(other.bind('127.0.0.1', port));
  });
}
