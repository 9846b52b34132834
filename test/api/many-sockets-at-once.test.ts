import test from 'ava';
import { connect } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { echo, startEchoServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`300 clients connect, speak and leave, over ${udpBackend}`, async (t) => {
    const { server, port } = await startEchoServer(t, { udpBackend });
    const options = { host: '127.0.0.1', port, psk: client1, udpBackend };
    const clients = await Promise.all(Array.from({ length: 300 }, () => connect(options)));
    t.is(new Set(clients.map(({ localPort }) => localPort)).size, 300);
    const answers = await Promise.all(clients.map((client, i) => echo(client, `${i}`)));
    t.deepEqual(
      answers,
      clients.map((_, i) => `${i}`),
    );
    await Promise.all(clients.map((client) => client.close()));
    t.is(server.counters().handshakesCompleted, 300);
    await server.close();
    t.is(server.counters().peers, 0);
  });
}
