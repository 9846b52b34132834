import { once } from 'node:events';
import test from 'ava';
import { nextConnection } from '../helpers/ours.js';
import { connectAll, devicesOf, echoTo, layouts, openSwarm, startFleetServer } from '../helpers/swarms.js';

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: each device has an association of its own`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, { devices: 10, ...layout });
    t.deepEqual(new Set(devicesOf(swarm).map(({ state }) => state)), new Set(['idle']));
    const devices = await connectAll(swarm);
    t.deepEqual(new Set(devices.map(({ state }) => state)), new Set(['connected']));
    const seen = [...server.sockets()].map((socket) => [
      socket.pskIdentity,
      `${socket.remoteAddress}:${socket.remotePort}`,
    ]);
    const there = devices.map(({ identity, localAddress, localPort }) => [identity, `${localAddress}:${localPort}`]);
    t.deepEqual(seen.sort(), there.sort());
    for (const device of devices) t.is(await echoTo(swarm, device, device.identity), device.identity);
    t.like(swarm.counters(), { handshakesCompleted: 10, messagesSent: 10, messagesReceived: 10, peers: 10 });
  });

  test(`${name}: a device says goodbye`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, layout);
    const connection = nextConnection(server);
    const device = swarm.device(1);
    await device.connect();
    const { socket } = await connection;
    const closed = once(socket, 'close');
    device.close();
    t.is(device.state, 'idle');
    t.deepEqual(await closed, [false]);
    t.throws(() => device.send(Buffer.from('too late')), { code: 'ERR_CLOSED' });
    device.close();
    await device.connect();
    t.is(await echoTo(swarm, device, 'again'), 'again');
  });
}

test('a device is always the same object, and keeps what is put into it', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const device = swarm.device(2);
  device.context = 'mine';
  t.is(swarm.device(2), device);
  t.is(swarm.device(2).context, 'mine');
  t.is(device.index, 2);
  t.is(device.endpoint, 'dev-000002');
});

test('the hooks are called before the listeners', async (t) => {
  const { server, port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const calls: string[] = [];
  swarm.onMessage = (device, message) => calls.push(`hook ${device.index} ${message}`);
  swarm.onClosed = (device, error) => calls.push(`closed hook ${device.index} ${error}`);
  await swarm.device(3).connect();
  await echoTo(swarm, swarm.device(3), 'hello');
  const closed = once(swarm, 'close');
  for (const socket of server.sockets()) void socket.close();
  t.deepEqual(await closed, [swarm.device(3), undefined]);
  t.deepEqual(calls, ['hook 3 hello', 'closed hook 3 undefined']);
  t.is(swarm.device(3).state, 'idle');
});

test('a message that does not fit a datagram is refused', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const device = swarm.device(0);
  await device.connect();
  t.throws(() => device.send(Buffer.alloc(1_300)), { code: 'EMSGSIZE' });
  t.is(await echoTo(swarm, device, 'small'), 'small');
});

test('a device that is not idle cannot connect', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const device = swarm.device(0);
  const first = device.connect();
  t.is(device.state, 'connecting');
  await t.throwsAsync(device.connect(), { code: 'ERR_ALREADY_CONNECTED' });
  await first;
  await t.throwsAsync(device.connect(), { code: 'ERR_ALREADY_CONNECTED' });
  t.throws(() => swarm.device(4), { code: 'ERR_INVALID_OPTION', message: /from 0 to 3/ });
});
