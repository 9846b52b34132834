import { inspect } from 'node:util';
import test from 'ava';
import { Swarm } from 'lwm2m-tls/swarm';
import { SilentServer } from '../helpers/silent-server.js';
import { connectAll, layouts, numbered, openSwarm, startFleetServer } from '../helpers/swarms.js';
import { until } from '../helpers/within.js';

const options = { host: '127.0.0.1', port: 5684, devices: 4, psk: numbered };

test('before open(): nothing can be done any more', async (t) => {
  const swarm = new Swarm(options);
  await swarm.close();
  await swarm.close();
  await t.throwsAsync(swarm.open(), { code: 'ERR_CLOSED' });
  await t.throwsAsync(swarm.device(0).connect(), { code: 'ERR_CLOSED' });
});

test('while open() looks the server up', async (t) => {
  const swarm = new Swarm({ ...options, host: 'localhost' });
  const opening = t.throwsAsync(swarm.open(), { code: 'ERR_CLOSED' });
  await swarm.close();
  await opening;
});

test('open() once more, and a device before it', async (t) => {
  const swarm = new Swarm(options);
  await t.throwsAsync(swarm.device(0).connect(), { code: 'ERR_CLOSED', message: /not open yet/ });
  t.throws(() => swarm.device(0).localPort, { code: 'ERR_CLOSED' });
  t.throws(() => swarm.device(0).rebind(), { code: 'ERR_CLOSED' });
  swarm.device(0).close();
  swarm.device(0).forget();
  t.is(swarm.open(), swarm.open());
  await swarm.open();
  await swarm.close();
});

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: connected devices say goodbye`, async (t) => {
    const { server, port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, { devices: 7, ...layout });
    const devices = await connectAll(swarm);
    t.regex(inspect(swarm), /^Swarm \{ host: '127\.0\.0\.1', port: \d+, devices: 7, connected: 7 \}$/);
    swarm.on('close', () => t.fail('a local close is not told'));
    await swarm.close();
    await until('the goodbyes', () => server.counters().peers === 0);
    t.is(server.counters().peersClosed, 7);
    t.deepEqual(new Set(devices.map(({ state }) => state)), new Set(['idle']));
    t.throws(() => devices[0]?.send(Buffer.from('late')), { code: 'ERR_CLOSED' });
    await t.throwsAsync(devices[0]!.connect(), { code: 'ERR_CLOSED' });
  });

  test(`${name}: handshakes under way fail`, async (t) => {
    await using silent = await SilentServer.open();
    const swarm = await openSwarm(t, silent.port, layout);
    const [first, second, third] = [0, 1, 2].map((index) => swarm.device(index).connect());
    swarm.device(0).close();
    await t.throwsAsync(first!, { code: 'ERR_CLOSED' });
    swarm.device(1).forget();
    await t.throwsAsync(second!, { code: 'ERR_CLOSED' });
    const failing = t.throwsAsync(third!, { code: 'ERR_CLOSED' });
    await swarm.close();
    await failing;
  });
}

test('inside of a hook, with messages of others under way', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { devices: 50, sourceAddresses: '127.0.0.0/8' });
  const devices = await connectAll(swarm);
  const closed = new Promise<void>((resolve) => {
    let heard = 0;
    swarm.onMessage = () => {
      heard += 1;
      t.is(heard, 1);
      resolve(swarm.close());
    };
  });
  for (const device of devices) device.send(Buffer.from('hello'));
  await closed;
});

test('a device that nobody answers gives up', async (t) => {
  await using silent = await SilentServer.open();
  const swarm = await openSwarm(t, silent.port, { handshakeTimeouts: { min: 50, max: 100 } });
  await t.throwsAsync(swarm.device(0).connect(), { code: 'ETIMEDOUT' });
  t.is(swarm.device(0).state, 'idle');
  t.true(silent.arrivals.length > 1);
});
