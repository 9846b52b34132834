import { once } from 'node:events';
import { createServer, Server, Socket } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { native } from '#lib/binding.js';
import { runModule } from '../helpers/child-process.js';
import { connectTcp, openFullServer, openTcp, openTestTcp } from '../helpers/tcp.js';

test('connected from a port of its own, and taken over: it echoes', async (t) => {
  const port = await startEcho(t);
  const fd = openTcp({ bind: true });
  const own = native.tcpAddress(fd);
  t.is(own.address, '127.0.0.1');
  t.true(own.port > 0);
  t.is(await connectTcp(fd, port), 0);
  const socket = new Socket({ fd });
  t.teardown(() => socket.destroy());
  t.is(socket.localPort, own.port);
  t.is(socket.remotePort, port);
  socket.write('hello');
  t.deepEqual(await once(socket, 'data'), [Buffer.from('hello')]);
});

test('taken over inside of the callback', async (t) => {
  const port = await startEcho(t);
  const fd = openTcp();
  const socket = await new Promise<Socket>((resolve) => {
    native.connectTcp(fd, '127.0.0.1', port, () => resolve(new Socket({ fd })));
  });
  t.teardown(() => socket.destroy());
  socket.write('hello');
  t.deepEqual(await once(socket, 'data'), [Buffer.from('hello')]);
});

test('one of IPv6 reaches IPv4 servers as well', async (t) => {
  const port = await startEcho(t);
  t.is(await connectTcp(openTestTcp(t, { address: '::' }), port), 0);
});

test('listening, and taken over by a server', async (t) => {
  const fd = openTcp({ bind: true, backlog: 10 });
  const { port } = native.tcpAddress(fd);
  const server = new Server((socket) => socket.end('welcome'));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  server.listen({ fd });
  await once(server, 'listening');
  const client = new Socket().connect(port, '127.0.0.1');
  t.deepEqual(await once(client, 'data'), [Buffer.from('welcome')]);
});

test('a refusal is told from the loop, never inside of the call', async (t) => {
  const port = await closedPort();
  const fd = openTestTcp(t);
  let returned = false;
  const error = await new Promise<number>((resolve, reject) => {
    native.connectTcp(fd, '127.0.0.1', port, (outcome) => (returned ? resolve(outcome) : reject(new Error('inside'))));
    returned = true;
  });
  t.is(codeOf(error), 'ECONNREFUSED');
});

const linuxTest = process.platform === 'linux' ? test : test.skip;

linuxTest('what connect(2) refuses at once is told in the same way', async (t) => {
  const listening = openTestTcp(t, { bind: true, backlog: 1 });
  t.is(codeOf(await connectTcp(listening, 1)), 'EISCONN');
});

test('an attempt that is given up is not told of, and the descriptor stays the caller’s', async (t) => {
  const full = await openFullServer((fd) => t.teardown(() => native.closeTcp(fd)));
  const fd = openTestTcp(t, { bind: true });
  const giveUp = native.connectTcp(fd, '127.0.0.1', full, () => t.fail('told'));
  giveUp();
  giveUp();
  t.true(native.tcpAddress(fd).port > 0);
  await new Promise((resolve) => setImmediate(resolve));
  giveUp();
});

test('given up inside of its own callback, or afterwards: nothing happens', async (t) => {
  const port = await startEcho(t);
  const fd = openTestTcp(t);
  const outcomes: number[] = [];
  const giveUp = await new Promise<() => void>((resolve) => {
    const stop = native.connectTcp(fd, '127.0.0.1', port, (outcome) => {
      outcomes.push(outcome);
      stop();
      resolve(stop);
    });
  });
  giveUp();
  t.deepEqual(outcomes, [0]);
});

test('a second attempt on a descriptor whose first is under way is refused', async (t) => {
  const full = await openFullServer((fd) => t.teardown(() => native.closeTcp(fd)));
  const fd = openTestTcp(t);
  const giveUp = native.connectTcp(fd, '127.0.0.1', full, () => t.fail('told'));
  t.throws(() => native.connectTcp(fd, '127.0.0.1', full, () => {}), { code: 'EEXIST' });
  giveUp();
});

test('shut down, both ends hear of it', async (t) => {
  const server = createServer((socket) => socket.on('end', () => ended()));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  let ended!: () => void;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fd = openTestTcp(t);
  t.is(codeOf(native.shutdownTcp(fd)), 'ENOTCONN');
  t.is(await connectTcp(fd, portOf(server)), 0);
  t.is(native.shutdownTcp(fd), 0);
  await t.notThrowsAsync(end);
});

test('errors of the system are thrown as Node throws them', async (t) => {
  const { port } = native.tcpAddress(openTestTcp(t, { bind: true, backlog: 1 }));
  const taken = t.throws<NodeJS.ErrnoException>(() => openTestTcp(t, { bind: true, port }));
  t.like(taken, { code: 'EADDRINUSE', syscall: 'bind', address: '127.0.0.1', port });
  t.true((taken?.errno ?? 0) < 0);
  t.throws(() => openTestTcp(t, { address: 'localhost' }), { code: 'EINVAL' });
  t.throws(() => native.connectTcp(openTestTcp(t), '::1', port, () => {}), { code: 'EAFNOSUPPORT' });
  const closed = openTcp();
  native.closeTcp(closed);
  t.throws(() => native.connectTcp(closed, '127.0.0.1', port, () => {}), { code: 'EBADF' });
  t.throws(() => native.tcpAddress(closed), { code: 'EBADF' });
  t.throws(() => native.connectTcp(closed, 'localhost', port, () => {}), { instanceOf: TypeError });
});

test('reuseAddress lets a port be listened on whose connections linger', async (t) => {
  const first = openTcp({ bind: true, backlog: 1, reuseAddress: true });
  const { port } = native.tcpAddress(first);
  const server = new Server((socket) => socket.destroy());
  server.listen({ fd: first });
  const client = new Socket().connect(port, '127.0.0.1');
  client.resume();
  await once(client, 'close');
  await new Promise<void>((resolve) => server.close(() => resolve()));
  t.throws(() => openTestTcp(t, { bind: true, backlog: 1, port }), { code: 'EADDRINUSE' });
  t.notThrows(() => openTestTcp(t, { bind: true, backlog: 1, port, reuseAddress: true }));
});

test('an exception in the callback is an ordinary uncaught one', async (t) => {
  const port = await startEcho(t);
  const { code, stdout, stderr } = await runModule(`
    import { openTcp } from './build-test/helpers/tcp.js';
    import { native } from '#lib/binding.js';
    process.on('uncaughtException', (error) => console.log(error.message));
    native.connectTcp(openTcp(), '127.0.0.1', ${port}, () => { throw new Error('of the callback'); });`);
  t.is(code, 0, stderr);
  t.is(stdout, 'of the callback\n');
});

async function startEcho(t: ExecutionContext): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

function codeOf(error: number | undefined): string | undefined {
  return error === undefined ? undefined : getSystemErrorMap().get(error)?.[0];
}
