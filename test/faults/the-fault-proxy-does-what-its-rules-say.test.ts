import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { attend } from '../helpers/attend.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { type DirectionFaults, loseNth, swapNth, when } from '../helpers/fault-rules.js';
import { RawClient } from '../helpers/raw-client.js';

/** A UDP server that keeps what comes and answers each datagram with itself. */
async function startUdpEcho(t: ExecutionContext): Promise<{ port: number; received: string[] }> {
  const socket = createSocket('udp4');
  const received: string[] = [];
  socket.on('message', (bytes, from) => {
    received.push(bytes.toString('latin1'));
    socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(async () => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { port: socket.address().port, received };
}

async function pass(
  t: ExecutionContext,
  toServer: DirectionFaults,
  texts: string[],
  expected: number,
): Promise<string[]> {
  const { port, received } = await startUdpEcho(t);
  const proxy = attend(t, await FaultProxy.start({ server: { port }, toServer, holdMilliseconds: 20 }));
  const client = attend(t, await RawClient.open(proxy.port));
  await client.send(...texts.map((text) => Buffer.from(text)));
  for (let count = 0; count < expected; count++) await client.next();
  return received;
}

test('without faults everything passes in order', async (t) => {
  t.deepEqual(await pass(t, {}, ['a', 'b', 'c'], 3), ['a', 'b', 'c']);
});

test('the n-th datagram is lost', async (t) => {
  t.deepEqual(await pass(t, { rules: [loseNth(2)] }, ['a', 'b', 'c'], 2), ['a', 'c']);
});

test('a held datagram leaves behind its successor', async (t) => {
  t.deepEqual(await pass(t, { rules: [swapNth(1)] }, ['a', 'b', 'c'], 3), ['b', 'a', 'c']);
});

test('a held datagram without a successor leaves alone', async (t) => {
  t.deepEqual(await pass(t, { rules: [swapNth(2)] }, ['a', 'b'], 2), ['a', 'b']);
});

test('a predicate on the bytes chooses what is repeated', async (t) => {
  const rules = [when(({ bytes }) => bytes.toString() === 'b', { fate: 'duplicate', copies: 2 })];
  t.deepEqual(await pass(t, { rules }, ['a', 'b', 'c'], 5), ['a', 'b', 'b', 'b', 'c']);
});

test('a corrupted datagram differs in one bit', async (t) => {
  const [damaged] = await pass(t, { corruption: 1 }, ['abc'], 1);
  const difference = [...Buffer.from(damaged!, 'latin1')].map((byte, index) => byte ^ 'abc'.charCodeAt(index));
  t.is(
    difference
      .map((bits) => bits.toString(2))
      .join('')
      .replaceAll('0', ''),
    '1',
  );
});

test('the same seed loses the same datagrams, another seed others', async (t) => {
  const { port } = await startUdpEcho(t);
  const texts = Array.from({ length: 64 }, (_, index) => Buffer.from(String(index)));
  const lostWith = async (seed: number): Promise<number[]> => {
    const proxy = attend(t, await FaultProxy.start({ server: { port }, seed, toServer: { loss: 0.5 } }));
    const client = attend(t, await RawClient.open(proxy.port));
    await client.send(...texts);
    await proxy.seen(({ direction, number }) => direction === 'toServer' && number === texts.length);
    return proxy
      .entries('toServer')
      .filter(({ fate }) => fate === 'lose')
      .map(({ number }) => number);
  };
  const first = await lostWith(7);
  t.deepEqual(await lostWith(7), first);
  t.notDeepEqual(await lostWith(8), first);
  t.true(first.length > 16 && first.length < 48);
});
