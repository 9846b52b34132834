import test from 'ava';
import { connectAll, openSwarm, startFleetServer } from '../helpers/swarms.js';

test('each of them sends from an address of the pool', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { devices: 300, sourceAddresses: '127.5.0.0/16' });
  const devices = await connectAll(swarm);
  t.is(new Set(devices.map(({ localPort }) => localPort)).size, 1);
  t.is(devices[0]?.localAddress, '127.5.0.1');
  t.is(devices[299]?.localAddress, '127.5.1.44');
});

test('the option says how many', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { devices: 20, sourceAddresses: '127.5.0.0/24', devicesPerSocket: 8 });
  const devices = await connectAll(swarm);
  t.is(new Set(devices.map(({ localPort }) => localPort)).size, 3);
  t.is(new Set(devices.map(({ localAddress }) => localAddress)).size, 7);
  t.is(new Set(devices.map(({ localAddress, localPort }) => `${localAddress}:${localPort}`)).size, 20);
});

test('one address gives each device a socket', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { devices: 3, sourceAddresses: '127.0.0.77' });
  const devices = await connectAll(swarm);
  t.deepEqual(
    devices.map(({ localAddress }) => localAddress),
    ['127.0.0.77', '127.0.0.77', '127.0.0.77'],
  );
  t.is(new Set(devices.map(({ localPort }) => localPort)).size, 3);
});

test('addresses of another machine are refused when the swarm opens', async (t) => {
  const error = await t.throwsAsync(openSwarm(t, 5684, { sourceAddresses: '203.0.113.0/24' }));
  t.like(error, { code: 'EADDRNOTAVAIL' });
  t.regex(error?.message ?? '', /ip route add local 203\.0\.113\.0\/24 dev lo/);
});
