import test from 'ava';
import { Swarm } from 'lwm2m-tls/swarm';
import { quickTimeouts, startEchoServer } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

const devices = 20;

test('the first ServerHello and the first message of every device are lost', async (t) => {
  const key = Buffer.from('secret');
  const psk = Object.fromEntries(Array.from({ length: devices }, (_, i) => [`dev-${i}`, key]));
  const { port } = await startEchoServer(t, { psk, handshakeTimeouts: quickTimeouts });
  const swarm = new Swarm({
    ...{ host: '127.0.0.1', port, devices, sourceAddresses: '127.0.0.0/8', handshakeTimeouts: quickTimeouts },
    psk: { identity: 'dev-%d', key },
    faults: {
      send: [{ fault: 'lose', records: 'applicationData', nth: 1 }],
      receive: [
        { fault: 'lose', handshake: 'ServerHello', nth: 1 },
        { fault: 'delay', milliseconds: 5 },
      ],
    },
  });
  t.teardown(() => swarm.close());
  await swarm.open();
  const all = Array.from({ length: devices }, (_, i) => swarm.device(i));
  await Promise.all(all.map((device) => device.connect()));
  t.is(swarm.faults.counters().receive.lost, devices);

  const echoes: string[] = [];
  const complete = new Promise<void>((resolve) => {
    swarm.on('message', (_device, message) => {
      if (echoes.push(message.toString()) === devices) resolve();
    });
  });
  for (const device of all) {
    device.send(Buffer.from('lost'));
    device.send(Buffer.from('comes'));
  }
  await within(10_000, 'an echo for each', complete);
  t.true(echoes.every((it) => it === 'comes'));
  t.is(swarm.faults.counters().send.lost, devices);
  t.throws(() => swarm.faults.rebind(), { code: 'ENOTSUP' });
  t.throws(() => swarm.faults.set({ send: [{ fault: 'rebind' }] }), { message: /a device of a swarm/ });
});
