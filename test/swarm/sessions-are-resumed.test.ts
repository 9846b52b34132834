import test from 'ava';
import { connectAll, echoTo, openSwarm, startFleetServer } from '../helpers/swarms.js';

for (const tickets of [true, false]) {
  test(tickets ? 'by ticket' : 'by id', async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, { sessions: true, tickets });
    const devices = await connectAll(swarm);
    t.deepEqual(
      devices.map(({ resumed, hasSession }) => [resumed, hasSession]),
      devices.map(() => [false, true]),
    );
    for (const device of devices) device.close();
    await connectAll(swarm);
    for (const device of devices) {
      t.true(device.resumed);
      t.is(await echoTo(swarm, device, device.identity), device.identity);
    }
    t.is(server.counters().handshakesResumed, 4);
  });
}

test('not when it is not wanted, or was forgotten', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { sessions: true });
  const device = swarm.device(0);
  await device.connect();
  device.close();
  await device.connect({ resume: false });
  t.false(device.resumed);
  device.close();
  device.forgetSession();
  t.false(device.hasSession);
  await device.connect();
  t.false(device.resumed);
});

test('none are kept by default', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port);
  const device = swarm.device(0);
  await device.connect();
  t.false(device.hasSession);
  device.close();
  await device.connect();
  t.false(device.resumed);
});
