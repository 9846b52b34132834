import test from 'ava';
import { freePort } from '../helpers/free-port.js';
import { connectAll, devicesOf, echoTo, layouts, openSwarm, startFleetServer } from '../helpers/swarms.js';
import { until } from '../helpers/within.js';

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: the port is closed`, async (t) => {
    const port = await freePort();
    // The first repetition would come after a minute.
    const options = { devices: 100, handshakeTimeouts: { min: 60_000, max: 60_000 }, ...layout };
    const swarm = await openSwarm(t, port, options);
    const outcomes = await Promise.allSettled(devicesOf(swarm).map((device) => device.connect()));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') t.fail();
      else
        t.like(outcome.reason, {
          code: 'ECONNREFUSED',
          message: `device ${index}: connect to 127.0.0.1:${port}: connection refused`,
        });
    }
    t.is(swarm.device(0).state, 'idle');
  });

  test(`${name}: an association outlives it`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, layout);
    const [device] = await connectAll(swarm);
    await server.close();
    await until('the goodbyes', () => swarm.counters().peers === 0);
    await t.throwsAsync(device!.connect(), { code: 'ECONNREFUSED' });
    const again = await startFleetServer(t);
    const other = await openSwarm(t, again.port, layout);
    await connectAll(other);
    t.is(await echoTo(other, other.device(0), 'well'), 'well');
  });
}
