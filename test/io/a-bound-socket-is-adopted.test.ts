import { createSocket } from 'node:dgram';
import { closeSync, openSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { EndpointFlag, type NativeUdpPort, native } from '#lib/binding.js';
import { createCounters, readCounters } from '#lib/events/counters.js';
import type { Endpoint, EndpointOwner } from '#lib/events/endpoint.js';
import { openEndpoint } from '#lib/events/reactor.js';
import { udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

function bind(t: ExecutionContext, port: number, flags: number): NativeUdpPort {
  const settings = { address: '127.0.0.1', port, flags, receiveBufferSize: 0, sendBufferSize: 0 };
  const bound = new native.UdpPort({ ...settings, dscp: 0, priority: 0, interfaceName: '', transparent: false });
  t.teardown(() => bound.close());
  return bound;
}

function adopt(
  backend: 'mmsg' | 'uv',
  { address, port }: { address: string; port: number },
  descriptor: number,
  counters: BigUint64Array,
): { endpoint: Endpoint; closed: Promise<void> } {
  let endpointClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    endpointClosed = resolve;
  });
  const settings = { backend, address, port, flags: 0, descriptor, receiveBufferSize: 0, sendBufferSize: 0 };
  const owner = { endpointClosed: () => endpointClosed() } as unknown as EndpointOwner;
  return { endpoint: openEndpoint({ ...settings, maxPeers: 1, counters, copyMessages: false }, owner), closed };
}

async function send(port: number): Promise<void> {
  const sender = createSocket('udp4');
  await new Promise((resolve) => sender.send('x', port, '127.0.0.1', resolve));
  sender.close();
}

for (const backend of udpBackends) {
  test(`${backend}: what came before, and between two endpoints, is not lost`, async (t) => {
    const bound = bind(t, 0, 0);
    const { port } = bound.address();
    const counters = createCounters();
    for (let round = 1; round <= 3; round += 1) {
      await send(port);
      const { endpoint, closed } = adopt(backend, bound.address(), bound.descriptor, counters);
      t.is(endpoint.localAddress.port, port);
      await until('the datagram is read', () => readCounters(counters).datagramsReceived === round);
      endpoint.close();
      await closed;
    }
  });
}

test('the port is free when the socket and the endpoints are closed', async (t) => {
  const bound = bind(t, 0, 0);
  const address = bound.address();
  const { endpoint, closed } = adopt('mmsg', address, bound.descriptor, createCounters());
  bound.close();
  bound.close();
  t.is(bound.descriptor, -1);
  t.throws(() => bind(t, address.port, 0), { code: 'EADDRINUSE' }, 'the endpoint has a descriptor of its own');
  endpoint.close();
  await closed;
  t.notThrows(() => bind(t, address.port, 0));
});

test("a port that is shared once it is bound must be nobody else's", (t) => {
  const first = bind(t, 0, EndpointFlag.shareOnceBound);
  const { port } = first.address();
  t.throws(() => bind(t, port, EndpointFlag.shareOnceBound), { code: 'EADDRINUSE' });
  t.is(bind(t, port, EndpointFlag.reusePort).address().port, port);
});

test('what is no UDP socket of that family is refused', (t) => {
  const elsewhere = { address: '127.0.0.1', port: 1 };
  const counters = createCounters();
  t.throws(() => adopt('mmsg', elsewhere, 0x7fff_fff0, counters), { code: 'EBADF' });
  const file = openSync('/dev/null', 'r');
  t.teardown(() => closeSync(file));
  t.throws(() => adopt('mmsg', elsewhere, file, counters), { code: 'ENOTSOCK' });
  const bound = bind(t, 0, 0);
  t.throws(() => adopt('mmsg', { address: '::1', port: 1 }, bound.descriptor, counters), { code: 'EINVAL' });
});
