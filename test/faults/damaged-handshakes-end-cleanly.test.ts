import test from 'ava';
import { connect } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { client1 } from '../helpers/credentials.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { dial, echo, startEchoServer, udpBackends } from '../helpers/ours.js';

const clients = 60;
const handshakeTimeouts = { min: 50, max: 800 };
/** What a handshake may end with when bits of it were turned over. */
const cleanFailures = ['ETIMEDOUT', 'ERR_TLS_LIBRARY', 'ERR_ALERT_RECEIVED', 'EPROTO'];

for (const udpBackend of udpBackends) {
  test(`one bit wrong in every third datagram, with ${udpBackend}`, async (t) => {
    t.timeout(60_000);
    const { port } = await startEchoServer(t, { handshakeTimeouts, udpBackend });
    const corruption = { corruption: 0.33 };
    const options = { server: { port }, seed: 11, toServer: corruption, toClient: corruption };
    const proxy = attend(t, await FaultProxy.start(options), (proxy) => proxy.transcript().join('\n'));
    const attempt = { host: '127.0.0.1', port: proxy.port, psk: client1, handshakeTimeouts, udpBackend };
    const outcomes = await Promise.allSettled(Array.from({ length: clients }, async () => connect(attempt)));

    proxy.setFaults();
    let connected = 0;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        t.true(cleanFailures.includes(outcome.reason.code), String(outcome.reason));
      } else {
        t.is(await echo(outcome.value, 'works'), 'works');
        await outcome.value.close();
        connected++;
      }
    }
    t.true(connected > 0 && connected < clients, `${connected} of ${clients} connected: both ends were tried`);
    t.is(await echo(await dial(t, port), 'the server lives'), 'the server lives');
  });
}
