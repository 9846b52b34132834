import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Duplex } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import {
  createDtlsSocket,
  createTcpBackend,
  createUdpBackend,
  datagramBackend,
  decorateDtlsSocketInPlace,
  decorateSslSocketInPlace,
  type NetBackend,
  type NetSocket,
  SocketOption,
  SocketState,
  streamBackend,
} from 'lwm2m-tls';
import {
  boundSocket,
  connectedPair,
  failureOf,
  type Kind,
  kinds,
  makeSocket,
  pskSecurity,
  receiveText,
  setRecvTimeout,
} from '../helpers/contract-sockets.js';
import { freePort } from '../helpers/free-port.js';

test('two ends of a message transport that is written by hand, with small messages', async (t) => {
  const [left, right] = messageLink(140);
  const { client, server } = await shakeHands(t, 'DTLS', left, right);
  t.is(client.getOpt(SocketOption.innerMtu), 140 - 29, 'AES-128-CCM-8');
  await exchange(t, client, server);
  const largest = Buffer.alloc(111, 1);
  await client.send(largest);
  t.deepEqual(await server.receiveMessage(), largest);
  t.true(left.sizes.at(-1)! <= 140);
  t.is((await failureOf(t, client.send(Buffer.alloc(112)))).code, 'EMSGSIZE');
  t.is(
    client.getOpt(SocketOption.bytesSent),
    left.sizes.reduce((sum, size) => sum + size),
  );
  t.is(client.getOpt(SocketOption.addrFamily), 0);
});

test('a send waits for the transport, and fails with it', async (t) => {
  const [left, right] = messageLink(1_000);
  const { client, server } = await shakeHands(t, 'DTLS', left, right);
  let release!: () => void;
  left.gate = new Promise((resolve) => {
    release = resolve;
  });
  let sent = false;
  const sending = client.send('slow').then(() => {
    sent = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.false(sent);
  release();
  await sending;
  t.is(await receiveText(server), 'slow');
  left.gate = Promise.reject(Object.assign(new Error('no signal'), { code: 'ENETDOWN' }));
  t.like(await failureOf(t, client.send('lost')), { code: 'ENETDOWN', avsCode: 33 });
  left.gate = undefined;
  await client.send('again');
  t.is(await receiveText(server), 'again', 'one message is lost, not the association');
});

test('several records in one message, and messages without any', async (t) => {
  const [left, right] = messageLink(1_000);
  const { client, server } = await shakeHands(t, 'DTLS', left, right);
  left.merging = [];
  await Promise.all([client.send('one'), client.send('two'), client.send('three')]);
  const merged = Buffer.concat(left.merging);
  left.merging = undefined;
  await left.send(new Uint8Array());
  await left.send(Buffer.from('no record'));
  await left.send(merged);
  t.is(await receiveText(server), 'one');
  t.true(server.getOpt(SocketOption.hasBufferedData));
  t.is(await receiveText(server), 'two');
  t.is(await receiveText(server), 'three');
  t.false(server.getOpt(SocketOption.hasBufferedData));
});

test('closing does not wait for a transport that does not send', async (t) => {
  const [left, right] = messageLink(1_000);
  const { client } = await shakeHands(t, 'DTLS', left, right);
  left.gate = new Promise(() => {});
  const sending = failureOf(t, client.send('never'));
  await client.close();
  t.is((await sending).code, 'ECONNABORTED');
  t.true(left.closed);
});

test('a transport that fails while it receives', async (t) => {
  const [left, right] = messageLink(1_000);
  const { client } = await shakeHands(t, 'DTLS', left, right);
  const received = failureOf(t, client.receiveMessage());
  left.fail(Object.assign(new Error('modem gone'), { code: 'ENODEV' }));
  t.like(await received, { code: 'ENODEV', avsCode: 38 });
  t.is((await failureOf(t, client.send('x'))).code, 'ENODEV');
});

test('node:dgram', async (t) => {
  const [left, right] = await Promise.all([udpSocket(), udpSocket()]);
  const options = (to: Socket) => ({ remoteAddress: '127.0.0.1', remotePort: to.address().port });
  const backends = [
    datagramBackend(left, options(right)),
    datagramBackend(right, { ...options(left), accepted: true }),
  ];
  const { client, server } = await shakeHands(t, 'DTLS', backends[0]!, backends[1]!);
  t.is(client.getRemotePort(), right.address().port);
  t.is(client.getOpt(SocketOption.innerMtu), 1_232 - 29);
  await exchange(t, client, server);
});

test('a connected node:dgram socket against our own listener', async (t) => {
  const listener = await boundSocket(t, 'DTLS', { ciphersuites: [0xc0a8] });
  const socket = await udpSocket();
  socket.connect(listener.getLocalPort(), '127.0.0.1');
  await once(socket, 'connect');
  const client = makeSocket(t, 'DTLS');
  const server = makeSocket(t, 'DTLS');
  await Promise.all([client.decorate(datagramBackend(socket)), listener.accept(server)]);
  await exchange(t, client, server);
});

test('node:net, as STARTTLS does it', async (t) => {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.teardown(() => listening.close());
  const { port } = listening.address() as { port: number };
  const accepted = once(listening, 'connection');
  const backend = createTcpBackend();
  await backend.connect?.('127.0.0.1', port);
  const [peer] = await accepted;
  await backend.send(Buffer.from('STARTTLS\n'));
  t.is(String((await once(peer, 'data'))[0]), 'STARTTLS\n');
  peer.pause();
  peer.write('OK\n');
  t.is(String(await backend.receive()), 'OK\n');
  const { client, server } = await shakeHands(t, 'TLS', backend, streamBackend(peer, { accepted: true }));
  t.is(client.getRemoteHostname(), '127.0.0.1');
  t.is(client.getRemotePort(), port);
  t.is(server.getLocalPort(), port);
  await exchange(t, client, server);
  t.true(client.getOpt(SocketOption.bytesSent) > 'STARTTLS\n'.length);
});

test('a pair of Duplex streams', async (t) => {
  const [left, right] = duplexLink();
  const { client, server } = await shakeHands(t, 'TLS', streamBackend(left), streamBackend(right, { accepted: true }));
  t.is(client.getOpt(SocketOption.state), SocketState.connected);
  t.is(server.getOpt(SocketOption.state), SocketState.accepted);
  await exchange(t, client, server);
  const end = server.receiveMessage();
  await client.close();
  t.is((await end).length, 0);
  t.true(left.writableEnded, 'closing closes what was decorated');
});

for (const kind of ['DTLS', 'TLS'] as const) {
  test(`${kind}: a backend that is not connected yet is connected later`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    const socket = makeSocket(t, kind);
    await socket.decorate(kind === 'DTLS' ? createUdpBackend() : createTcpBackend());
    t.is(socket.getOpt(SocketOption.state), SocketState.closed);
    await Promise.all([socket.connect('127.0.0.1', listener.getLocalPort()), listener.accept(server)]);
    await exchange(t, socket, server);
  });

  test(`${kind}: a backend that is connected already`, async (t) => {
    const listener = await boundSocket(t, kind);
    const server = makeSocket(t, kind);
    const accepted = listener.accept(server);
    const backend = kind === 'DTLS' ? createUdpBackend() : createTcpBackend();
    await backend.connect?.('127.0.0.1', listener.getLocalPort());
    const decorate = kind === 'DTLS' ? decorateDtlsSocketInPlace : decorateSslSocketInPlace;
    const socket = await decorate(backend, { security: pskSecurity });
    t.teardown(() => socket.cleanup());
    await accepted;
    await exchange(t, socket, server);
  });

  test(`${kind}: a backend of the other kind is refused`, async (t) => {
    const socket = makeSocket(t, kind);
    const backend = kind === 'DTLS' ? createTcpBackend() : createUdpBackend();
    t.is((await failureOf(t, socket.decorate(backend))).code, 'EINVAL');
  });

  test(`${kind}: a connected socket is not decorated`, async (t) => {
    const { client } = await connectedPair(t, kind);
    const backend = kind === 'DTLS' ? createUdpBackend() : createTcpBackend();
    t.is((await failureOf(t, client.decorate(backend))).code, 'EISCONN');
    t.is(client.getOpt(SocketOption.state), SocketState.connected, 'and nothing happens to it');
  });
}

test('a backend belongs to its owner until the handshake is done', async (t) => {
  const [left, right] = messageLink(1_000);
  const client = makeSocket(t, 'DTLS', { security: { ...pskSecurity, identity: 'stranger' } as typeof pskSecurity });
  const server = makeSocket(t, 'DTLS');
  setRecvTimeout(server, 5_000);
  const [clientSide, serverSide] = await Promise.allSettled([client.decorate(left), server.decorate(right)]);
  t.is(clientSide.status === 'rejected' && clientSide.reason.code, 'ERR_ALERT_RECEIVED');
  t.is(serverSide.status === 'rejected' && serverSide.reason.code, 'ERR_UNKNOWN_PSK_IDENTITY');
  t.false(left.closed);
  t.false(right.closed);
  t.is(client.getOpt(SocketOption.state), SocketState.closed, 'it has what it had before');
  await client.cleanup();
  t.false(left.closed);
});

test('in place: a failure leaves the backend alone', async (t) => {
  const [left] = messageLink(1_000);
  const bad = { security: { serverCertValidation: true } };
  const error = await failureOf(t, decorateDtlsSocketInPlace(left, bad));
  t.is(error.code, 'ENOBUFS', 'no name to check the certificate with');
  await failureOf(t, decorateDtlsSocketInPlace(left, { version: 2 }));
  t.false(left.closed);
});

test('a state that cannot be read changes nothing', async (t) => {
  const socket = makeSocket(t, 'DTLS');
  const backend = {
    type: 'datagram',
    get state(): SocketState {
      throw Object.assign(new Error('broken'), { code: 'EIO' });
    },
    send: () => {},
    receive: async () => null,
    close: () => t.fail('not ours'),
  } as const;
  t.is((await failureOf(t, socket.decorate(backend))).code, 'EIO');
  await socket.bind('127.0.0.1', 0);
  t.is(socket.getOpt(SocketOption.state), SocketState.bound);
});

test('an owned backend is closed once, and cleaned up once', async (t) => {
  const [left, right] = messageLink(1_000);
  const { client, server } = await shakeHands(t, 'DTLS', left, right);
  const end = server.receiveMessage();
  await client.cleanup();
  await client.cleanup();
  t.is((await end).length, 0, 'the goodbye goes through the backend before it is closed');
  t.deepEqual([left.closes, left.cleanups], [1, 1]);
});

test('a server’s end gives up when no client comes', async (t) => {
  const [left, right] = messageLink(1_000);
  t.teardown(() => left.close());
  const server = makeSocket(t, 'DTLS');
  setRecvTimeout(server, 80);
  t.is((await failureOf(t, server.decorate(right))).code, 'ETIMEDOUT');
  t.false(right.closed);
});

test('a UDP backend carries no plain datagrams', async (t) => {
  const backend = createUdpBackend();
  t.teardown(() => backend.close());
  await backend.connect?.('127.0.0.1', await freePort());
  t.is((await failureOf(t, Promise.resolve(backend.send(Buffer.from('x'))))).code, 'ENOTSUP');
  t.is((await failureOf(t, backend.receive())).code, 'ENOTSUP');
  t.is((await failureOf(t, Promise.resolve(backend.bind?.(null, 0)))).code, 'EISCONN');
});

for (const kind of kinds) {
  test(`${kind}: a backend that is none is refused, and says so`, async (t) => {
    const type = kind === 'DTLS' ? 'datagram' : 'stream';
    const working = { type, state: SocketState.connected, send: () => {}, receive: async () => null, close: () => {} };
    for (const change of [{ state: 'connected' }, { state: undefined }, { state: 5 }]) {
      const error = await failureOf(t, makeSocket(t, kind).decorate({ ...working, ...change } as never));
      t.like(error, { code: 'EINVAL' }, JSON.stringify(change));
      t.regex(error.message, /^backend\.state: .* a member of SocketState/);
    }
    for (const received of ['text', undefined, [1]]) {
      const backend = { ...working, receive: async () => received };
      const error = await failureOf(t, makeSocket(t, kind).decorate(backend as never));
      t.is(error.code, 'EINVAL', String(received));
      t.regex(error.message, /receive\(\) of the backend: .* a Uint8Array, or null at the end/);
    }
  });
}

test('TLS: a backend fails with a code and words of its own', async (t) => {
  const failing = Object.assign(new Error('no credit'), { code: 'EMODEM' });
  const backend = {
    type: 'stream',
    state: SocketState.connected,
    send: () => {},
    receive: () => Promise.reject(failing),
    close: () => {},
  } as const;
  const error = await failureOf(t, makeSocket(t, 'TLS').decorate(backend));
  t.like(error, { code: 'EMODEM', category: 'AVS_ERRNO_CATEGORY', avsCode: 65_535 });
  t.regex(error.message, /no credit/);
});

test('a datagram backend has a numeric address and a port to compare senders with, or neither', (t) => {
  const silent = { on: () => {}, send: () => {}, removeListener: () => {}, close: () => {} };
  for (const options of [
    { remoteAddress: 'localhost', remotePort: 1 },
    { remoteAddress: '127.0.0.1' },
    { remotePort: 1 },
    { remoteHostname: 7 },
  ]) {
    t.throws(() => datagramBackend(silent, options as never), { code: 'EINVAL' }, JSON.stringify(options));
  }
  t.notThrows(() => datagramBackend(silent, { remoteAddress: '::1', remotePort: 1, remoteHostname: 'x.example' }));
});

test('adapters refuse what they cannot adapt', (t) => {
  t.throws(() => streamBackend({} as never), { code: 'EINVAL' });
  t.throws(() => streamBackend(new Duplex(), { hostname: 'x' } as never), { code: 'ERR_UNKNOWN_OPTION' });
  t.throws(() => datagramBackend({} as never), { code: 'EINVAL' });
  t.throws(() => createUdpBackend({ dscp: 99 }), { code: 'EINVAL' });
  t.throws(() => createTcpBackend({ priority: -1 }), { code: 'EINVAL' });
  t.throws(() => createDtlsSocket(undefined as never), { code: 'EINVAL' });
});

async function shakeHands(t: ExecutionContext, kind: Kind, left: NetBackend, right: NetBackend) {
  const client = makeSocket(t, kind, { ciphersuites: [0xc0a8, 0x00a8] });
  const server = makeSocket(t, kind);
  await Promise.all([client.decorate(left), server.decorate(right)]);
  return { client, server };
}

async function exchange(t: ExecutionContext, client: NetSocket, server: NetSocket): Promise<void> {
  await client.send('ping');
  t.is(await receiveText(server), 'ping');
  await server.send('pong');
  t.is(await receiveText(client), 'pong');
}

class LinkEnd implements NetBackend {
  readonly type = 'datagram';
  readonly innerMtu: number;
  readonly sizes: number[] = [];
  gate: Promise<void> | undefined;
  /** Takes what is sent instead of the peer. */
  merging: Uint8Array[] | undefined;
  closes = 0;
  cleanups = 0;
  peer!: LinkEnd;
  readonly #state: SocketState;
  readonly #inbox: Uint8Array[] = [];
  #error: Error | undefined;
  #wake = () => {};

  constructor(innerMtu: number, state: SocketState) {
    this.innerMtu = innerMtu;
    this.#state = state;
  }

  get closed(): boolean {
    return this.closes > 0;
  }

  get state(): SocketState {
    return this.closed ? SocketState.closed : this.#state;
  }

  async send(message: Uint8Array): Promise<void> {
    await this.gate;
    if (this.merging !== undefined) {
      this.merging.push(message);
      return;
    }
    this.sizes.push(message.length);
    this.peer.#inbox.push(message);
    this.peer.#wake();
  }

  async receive(): Promise<Uint8Array | null> {
    while (this.#inbox.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#inbox.shift()!;
  }

  fail(error: Error): void {
    this.#error = error;
    this.#wake();
  }

  close(): void {
    this.closes += 1;
    this.#wake();
  }

  cleanup(): void {
    this.cleanups += 1;
  }
}

/** A client's and a server's end of a transport of messages. */
function messageLink(innerMtu: number): [LinkEnd, LinkEnd] {
  const left = new LinkEnd(innerMtu, SocketState.connected);
  const right = new LinkEnd(innerMtu, SocketState.accepted);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

function duplexLink(): [Duplex, Duplex] {
  const ends: Duplex[] = [0, 1].map(
    (index) =>
      new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          ends[1 - index]!.push(chunk);
          done();
        },
        final(done) {
          ends[1 - index]!.push(null);
          done();
        },
      }),
  );
  return [ends[0]!, ends[1]!];
}

async function udpSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
