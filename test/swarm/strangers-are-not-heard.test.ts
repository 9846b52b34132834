import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { connectAll, echoTo, layouts, openSwarm, startFleetServer } from '../helpers/swarms.js';

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: what is not from the server`, async (t) => {
    const { port } = await startFleetServer(t);
    const swarm = await openSwarm(t, port, layout);
    const [device] = await connectAll(swarm);
    const stranger = createSocket('udp4');
    t.teardown(() => stranger.close());
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
    // A plain alert, close_notify, of the epoch that counts no more; and something that is no record.
    for (const datagram of [Buffer.from('15fefd000000000000000000020100', 'hex'), Buffer.from('hello')]) {
      stranger.send(datagram, device!.localPort, device!.localAddress);
    }
    t.is(await echoTo(swarm, device!, 'well'), 'well');
    t.is(device!.state, 'connected');
  });
}
