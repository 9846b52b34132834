import { createSocket } from 'node:dgram';
import { Duplex } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { datagramBackend, type NetBackend, type NetSocket, SocketOption, SocketState, streamBackend } from 'lwm2m-tls';
import { boundSocket, connectedPair, failureOf, type Kind, kinds, makeSocket } from '../helpers/contract-sockets.js';

type Make = (t: ExecutionContext, kind: Kind) => Promise<NetSocket>;

/** What each operation does in a state: the code of its error, undefined without one. */
interface State {
  name: string;
  make: Make;
  state: SocketState;
  send: string | undefined;
  receive: string | undefined;
  bind: string | undefined;
  decorate: string | undefined;
  shutdown: string | undefined;
  accept: string | undefined;
  remoteHost: string | undefined;
  remoteHostname: string | undefined;
  localPort: string | undefined;
}

const notOpen = { send: 'EBADF', receive: 'EBADF', accept: 'ENETDOWN', bind: undefined, decorate: undefined } as const;
const noNames = { remoteHost: 'EBADF', remoteHostname: 'EBADF', localPort: 'EBADF' } as const;
const closed = { ...notOpen, ...noNames, state: SocketState.closed, shutdown: 'EBADF' } as const;

const states: State[] = [
  { name: 'new', make: async (t, kind) => makeSocket(t, kind), ...closed },
  { name: 'closed after being bound', make: closedAfter(boundSocket), ...closed },
  { name: 'closed after being connected', make: closedAfter(connectedClient), ...closed },
  {
    name: 'bound',
    make: boundSocket,
    state: SocketState.bound,
    ...{ send: 'EBADF', receive: 'EBADF', bind: 'EISCONN', decorate: undefined, shutdown: undefined },
    ...{ accept: 'ETIMEDOUT', remoteHost: 'ENOTCONN', remoteHostname: 'ENOBUFS', localPort: undefined },
  },
  {
    name: 'connected',
    make: connectedClient,
    state: SocketState.connected,
    ...{ send: undefined, receive: 'ETIMEDOUT', bind: 'EISCONN', decorate: 'EISCONN', shutdown: undefined },
    ...{ accept: 'ENETDOWN', remoteHost: undefined, remoteHostname: undefined, localPort: undefined },
  },
  {
    name: 'accepted',
    make: async (t, kind) => (await connectedPair(t, kind)).server,
    state: SocketState.accepted,
    ...{ send: undefined, receive: 'ETIMEDOUT', bind: 'EISCONN', decorate: 'EISCONN', shutdown: undefined },
    ...{ accept: 'ENETDOWN', remoteHost: undefined, remoteHostname: 'ENOBUFS', localPort: undefined },
  },
];

for (const kind of kinds) {
  for (const { name, make, state, ...expected } of states) {
    test(`${kind}, ${name}`, async (t) => {
      for (const [operation, code] of Object.entries(expected)) {
        const socket = await make(t, kind);
        socket.setOpt(SocketOption.recvTimeout, 0);
        t.is(socket.getOpt(SocketOption.state), state);
        t.is(await outcome(t, kind, socket, operation), code, operation);
        await t.notThrowsAsync(socket.close(), `close after ${operation}`);
        t.is(socket.getOpt(SocketOption.state), SocketState.closed);
      }
    });
  }

  test(`${kind}: a second connect`, async (t) => {
    const { client, listener } = await connectedPair(t, kind);
    const error = await failureOf(t, client.connect('127.0.0.1', listener.getLocalPort()));
    t.like(error, { code: 'EISCONN', category: 'AVS_ERRNO_CATEGORY', avsCategory: 37_766, avsCode: 26 });
    await client.shutdown();
    t.is((await failureOf(t, client.connect('127.0.0.1', 1))).code, 'EISCONN', 'it is to be closed first');
  });

  test(`${kind}: operations that a socket with one peer does not have`, async (t) => {
    const { client } = await connectedPair(t, kind);
    t.is((await failureOf(t, client.sendTo('x', '127.0.0.1', 1))).code, 'ENOTSUP');
    t.is((await failureOf(t, client.receiveFrom(Buffer.alloc(1)))).code, 'ENOTSUP');
  });

  test(`${kind}: after cleanup`, async (t) => {
    const { client } = await connectedPair(t, kind);
    await client.cleanup();
    await client.cleanup();
    t.is(client.getOpt(SocketOption.state), SocketState.closed);
    t.is((await failureOf(t, client.connect('127.0.0.1', 1))).code, 'EBADF');
    t.is((await failureOf(t, client.bind(null, 0))).code, 'EBADF');
    t.is((await failureOf(t, client.send('x'))).code, 'EBADF');
    t.is((await failureOf(t, client.receive(Buffer.alloc(1)))).code, 'EBADF');
    t.is(client.getSystemSocket(), undefined);
    await t.notThrowsAsync(client.close());
  });
}

test('the system socket is there while something is open', async (t) => {
  const { client } = await connectedPair(t, 'TLS');
  t.is(typeof client.getSystemSocket(), 'number');
  t.regex(client.getInterfaceName(), /^lo/);
  t.is(client.getLocalHost(), '127.0.0.1');
  t.is(client.getRemoteHostname(), '127.0.0.1');
  await client.shutdown();
  t.is(client.getRemoteHost(), '127.0.0.1', 'names outlive a shutdown');
  await client.close();
  t.is(client.getSystemSocket(), undefined);
});

test('arguments of wrong types', async (t) => {
  const socket = makeSocket(t, 'DTLS');
  for (const promise of [
    socket.connect('', 1),
    socket.connect('coaps://host', 1),
    socket.connect('127.0.0.1', 0),
    socket.connect('127.0.0.1', '5684' as never),
    socket.bind('127.0.0.1', 65_536),
    socket.send(5 as never),
    socket.receive('buffer' as never),
    socket.accept({} as never),
    socket.accept(socket),
    socket.decorate({} as never),
  ]) {
    t.is((await failureOf(t, promise)).code, 'EINVAL');
  }
});

async function outcome(t: ExecutionContext, kind: Kind, socket: NetSocket, operation: string) {
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error) => error.code,
    );
  const name = (get: () => unknown) => code(Promise.resolve().then(get));
  switch (operation) {
    case 'send':
      return code(socket.send('message'));
    case 'receive':
      return code(socket.receive(Buffer.alloc(10)));
    case 'bind':
      return code(socket.bind('127.0.0.1', 0));
    case 'decorate':
      return code(socket.decorate(closedBackend(kind)));
    case 'shutdown':
      return code(socket.shutdown());
    case 'accept':
      return code(socket.accept(makeSocket(t, kind)));
    case 'remoteHost':
      return name(() => socket.getRemoteHost());
    case 'remoteHostname':
      return name(() => socket.getRemoteHostname());
    default:
      return name(() => socket.getLocalPort());
  }
}

async function connectedClient(t: ExecutionContext, kind: Kind): Promise<NetSocket> {
  return (await connectedPair(t, kind)).client;
}

function closedAfter(make: Make): Make {
  return async (t, kind) => {
    const socket = await make(t, kind);
    await socket.close();
    return socket;
  };
}

function closedBackend(kind: Kind): NetBackend {
  const backend = kind === 'DTLS' ? datagramBackend(createSocket('udp4')) : streamBackend(new Duplex());
  backend.close();
  return backend;
}
