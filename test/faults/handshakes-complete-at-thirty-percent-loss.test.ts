import test from 'ava';
import { attend } from '../helpers/attend.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { dial, echo, startEchoServer, udpBackends } from '../helpers/ours.js';

const clients = 20;
/** Ten transmissions: the more, the less it depends on luck. */
const handshakeTimeouts = { min: 50, max: 25_600 };

for (const udpBackend of udpBackends) {
  test(`with ${udpBackend}`, async (t) => {
    t.timeout(90_000);
    const { server, port } = await startEchoServer(t, { handshakeTimeouts, udpBackend });
    const loss = { loss: 0.3 };
    const options = { server: { port }, seed: 22, toServer: loss, toClient: loss };
    const proxy = attend(t, await FaultProxy.start(options), (proxy) => proxy.transcript().join('\n'));

    const sockets = await Promise.all(
      Array.from({ length: clients }, async () => dial(t, proxy.port, { handshakeTimeouts, udpBackend })),
    );
    t.is(server.connections, clients);
    const lost = proxy.log.filter(({ fate }) => fate === 'lose').length;
    t.true(lost > proxy.log.length / 5, `${lost} of ${proxy.log.length} datagrams were lost`);

    proxy.setFaults();
    const answers = await Promise.all(sockets.map(async (socket, index) => echo(socket, `hello ${index}`)));
    t.deepEqual(
      answers,
      sockets.map((_, index) => `hello ${index}`),
    );
    t.is(server.counters().handshakesFailed, 0);
  });
}
