import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { Cause } from '#lib/errors/failure.js';
import type { ClosedRecord, ConnectedRecord } from '#lib/events/records.js';
import { openTestEndpoint, serverContext } from '../helpers/endpoints.js';
import { freePort } from '../helpers/free-port.js';
import { udpBackends } from '../helpers/ours.js';
import { until, within } from '../helpers/within.js';

for (const backend of udpBackends) {
  for (const address of ['127.0.0.1', '0.0.0.0', '::']) {
    test(`a refused port is told at once, from ${address} over ${backend}`, async (t) => {
      const client = openTestEndpoint(t, { backend, address });
      const port = await freePort();
      client.connectSocket(port);
      const closed = once(client, 'closed') as Promise<[ClosedRecord]>;
      t.true(client.dial(port) > 0);
      const [{ failure }] = await within(900, 'the refusal', closed); // the second flight would leave after 1 s
      t.like(failure, { cause: Cause.transport });
      t.is(client.counters.datagramsSent, 1);
    });
  }

  test(`what it sends and receives goes on, over ${backend}`, async (t) => {
    const server = openTestEndpoint(t, { backend, serverContext: serverContext() });
    const client = openTestEndpoint(t, { backend, address: '0.0.0.0' });
    const { port } = client.address;
    client.connectSocket(server.address.port);
    t.is(client.address.port, port, 'bound before');
    const accepted = once(server, 'connected') as Promise<[ConnectedRecord]>;
    const connected = once(client, 'connected') as Promise<[ConnectedRecord]>;
    client.dial(server.address.port);
    const [{ peer }] = await connected;
    const [{ remotePort }] = await accepted;
    t.is(remotePort, port);
    const heard = once(server, 'message');
    t.is(client.send(peer, 'hello'), 0);
    t.deepEqual(await heard, [Buffer.from('hello')]);
  });

  test(`strangers are not heard any more, over ${backend}`, async (t) => {
    const stranger = createSocket('udp4');
    const friend = createSocket('udp4');
    t.teardown(() => stranger.close() && friend.close());
    for (const socket of [stranger, friend]) socket.bind(0, '127.0.0.1');
    await Promise.all([once(stranger, 'listening'), once(friend, 'listening')]);
    const endpoint = openTestEndpoint(t, { backend });
    stranger.send('before', endpoint.address.port, '127.0.0.1');
    await until('a datagram', () => endpoint.counters.datagramsReceived === 1);
    endpoint.connectSocket(friend.address().port);
    stranger.send('after', endpoint.address.port, '127.0.0.1');
    await new Promise<void>((resolve) => friend.send('friend', endpoint.address.port, '127.0.0.1', () => resolve()));
    await until('another one', () => endpoint.counters.datagramsReceived > 1);
    t.is(endpoint.counters.datagramsReceived, 2);
    t.is(endpoint.counters.bytesReceived, 'before'.length + 'friend'.length);
  });

  test(`errors are those of the system, over ${backend}`, async (t) => {
    const port = await freePort();
    const endpoint = openTestEndpoint(t, { backend });
    const connect = { syscall: 'connect', port };
    t.like(
      t.throws(() => endpoint.connectSocket(port, '::1')),
      { code: 'EAFNOSUPPORT', address: '::1', ...connect },
    );
    t.like(
      t.throws(() => endpoint.connectSocket(port, 'localhost')),
      { code: 'EINVAL', ...connect },
    );
    endpoint.connectSocket(port);
    t.like(
      t.throws(() => endpoint.connectSocket(port)),
      { code: 'EISCONN', address: '127.0.0.1', ...connect },
    );
    await endpoint.close();
    t.throws(() => endpoint.connectSocket(port), { code: 'ERR_CLOSED' });
  });

  const linuxTest = process.platform === 'linux' ? test : test.skip;
  linuxTest(`the path's MTU is known then, over ${backend}`, (t) => {
    for (const [address, remote] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '::1'],
      ['::', '127.0.0.1'],
    ] as const) {
      const endpoint = openTestEndpoint(t, { backend, address });
      t.is(endpoint.pathMtu, 0);
      endpoint.connectSocket(5684, remote);
      const most = remote === '::1' ? loopbackMtu() : Math.min(loopbackMtu(), 65_535); // all that an IPv4 header can say
      t.is(endpoint.pathMtu, most, `${address} to ${remote}`);
    }
  });
}

test('what is closed has no descriptor and no MTU', async (t) => {
  const endpoint = openTestEndpoint(t);
  t.true(process.platform === 'win32' ? endpoint.fd === -1 : endpoint.fd > 2);
  await endpoint.close();
  t.is(endpoint.fd, -1);
  t.is(endpoint.pathMtu, 0);
});

function loopbackMtu(): number {
  return Number(readFileSync('/sys/class/net/lo/mtu', 'utf8'));
}
