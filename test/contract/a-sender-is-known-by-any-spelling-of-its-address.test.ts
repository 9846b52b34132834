import { createSocket, type SocketType } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { datagramBackend } from 'lwm2m-tls';
import { makeSocket, receiveText } from '../helpers/contract-sockets.js';
import { ipv6Test } from '../helpers/ipv6.js';

for (const [configured, told] of [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::ffff:7f00:1', '::ffff:127.0.0.1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8::00a1', '2001:db8::a1'],
  ['fe80:0::1%eth0', 'fe80::1%eth0'],
] as const) {
  test(`${configured} is ${told}`, async (t) => {
    t.is(await firstMessage(configured, told), 'of the sender');
  });
}

for (const [configured, told] of [
  ['127.0.0.1', '127.0.0.2'],
  ['127.0.0.1', '::ffff:127.0.0.2'],
  ['::1', '::2'],
  ['fe80::1%eth0', 'fe80::1%eth1'],
  ['::1', 'no address'],
] as const) {
  test(`${configured} is not ${told}`, async (t) => {
    t.is(await firstMessage(configured, told), 'of the right one');
  });
}

for (const [what, type, bound, remote] of [
  ['IPv4 through a socket for both', 'udp6', '::', '127.0.0.1'],
  ['IPv6 in full', 'udp6', '::1', '0:0:0:0:0:0:0:1'],
] as const) {
  ipv6Test(`a handshake over node:dgram: ${what}`, async (t) => {
    const left = await bind(t, type, bound);
    const right = await bind(t, remote === '127.0.0.1' ? 'udp4' : 'udp6', remote);
    const client = makeSocket(t, 'DTLS');
    const server = makeSocket(t, 'DTLS');
    await Promise.all([
      client.decorate(datagramBackend(left, { remoteAddress: remote, remotePort: right.address().port })),
      server.decorate(
        datagramBackend(right, { remoteAddress: remote, remotePort: left.address().port, accepted: true }),
      ),
    ]);
    await client.send('ping');
    t.is(await receiveText(server), 'ping');
  });
}

/** What gets through of two messages: one of the sender that is told, and one whose address is as configured. */
async function firstMessage(configured: string, told: string): Promise<string> {
  const socket = Object.assign(new EventEmitter(), { send: () => {}, close: () => {} });
  const backend = datagramBackend(socket, { remoteAddress: configured, remotePort: 5684 });
  socket.emit('message', Buffer.from('of the sender'), { address: told, port: 5684 });
  socket.emit('message', Buffer.from('of the right one'), { address: configured, port: 5684 });
  return Buffer.from((await backend.receive())!).toString();
}

async function bind(t: ExecutionContext, type: SocketType, address: string) {
  const socket = createSocket(type).bind(0, address);
  t.teardown(() => new Promise<void>((resolve) => closeQuietly(socket, resolve)));
  await once(socket, 'listening');
  return socket;
}

/** Closing twice throws, and the contract socket may have closed it. */
function closeQuietly(socket: ReturnType<typeof createSocket>, done: () => void): void {
  try {
    socket.close(done);
  } catch {
    done();
  }
}
