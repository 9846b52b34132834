import { once } from 'node:events';
import test from 'ava';
import { nextConnection } from '../helpers/ours.js';
import { connectAll, echoTo, layouts, openSwarm, startFleetServer } from '../helpers/swarms.js';
import { until } from '../helpers/within.js';

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: it recovers by a new handshake`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, layout);
    const [device] = await connectAll(swarm);
    const before = `${device!.localAddress}:${device!.localPort}`;
    device!.rebind();
    t.is(device!.state, 'connected');
    t.not(`${device!.localAddress}:${device!.localPort}`, before);
    device!.send(Buffer.from('from elsewhere'));
    await until('a stranger', () => server.counters().datagramsUnroutable === 1);
    t.is(server.counters().messagesReceived, 0);

    const connection = nextConnection(server);
    device!.forget();
    await device!.connect();
    const { socket } = await connection;
    t.is(`${socket.remoteAddress}:${socket.remotePort}`, `${device!.localAddress}:${device!.localPort}`);
    t.is(await echoTo(swarm, device!, 'here'), 'here');
  });

  test(`${name}: what the server sends to where it was is lost`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, layout);
    const connection = nextConnection(server);
    await swarm.device(0).connect();
    const { socket } = await connection;
    await swarm.device(1).connect();
    swarm.device(0).rebind();
    socket.send('to where it was');
    t.is(await echoTo(swarm, swarm.device(1), 'others hear'), 'others hear');
    t.is(swarm.counters().messagesReceived, 1);
  });
}

test('one that is idle moves too, and in the middle of a handshake', async (t) => {
  const { server, port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { sourceAddresses: '127.0.0.0/8' });
  const device = swarm.device(0);
  device.rebind();
  t.is(device.localAddress, '127.0.0.5');
  const connecting = device.connect();
  device.rebind();
  t.is(device.localAddress, '127.0.0.6');
  await connecting;
  const [socket] = server.sockets();
  t.is(socket?.remoteAddress, '127.0.0.6');
});

test('addresses that were left are used again, and when none is there it says so', async (t) => {
  const { port } = await startFleetServer(t);
  const full = await openSwarm(t, port, { devices: 2, sourceAddresses: '127.0.9.0/30' });
  t.throws(() => full.device(0).rebind(), { code: 'EADDRNOTAVAIL', message: /sourceAddresses/ });
  const roomy = await openSwarm(t, port, { devices: 1, sourceAddresses: '127.0.9.0/30' });
  const places = [0, 1, 2, 3].map(() => {
    roomy.device(0).rebind();
    return roomy.device(0).localAddress;
  });
  t.deepEqual(places, ['127.0.9.2', '127.0.9.1', '127.0.9.2', '127.0.9.1']);
});

test('a rebooted device comes back from the same port', async (t) => {
  const { server, port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const connection = nextConnection(server);
  const device = swarm.device(0);
  await device.connect();
  const { localPort } = device;
  const { socket } = await connection;
  const failure = once(socket, 'error');
  socket.on('error', () => {});
  device.forget();
  t.is(device.state, 'idle');
  await device.connect();
  t.is(device.localPort, localPort);
  t.like(await failure.catch((error) => [error]), [{ code: 'ERR_REPLACED' }]);
  t.is(await echoTo(swarm, device, 'back'), 'back');
});
