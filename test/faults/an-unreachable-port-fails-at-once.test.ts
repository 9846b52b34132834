import test from 'ava';
import { connect } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`with ${udpBackend}`, async (t) => {
    // Reported before the second transmission is due: exactly one datagram was sent.
    const handshakeTimeouts = { min: 5_000, max: 5_000 };
    const started = performance.now();
    const attempt = connect({ host: '127.0.0.1', port: await freePort(), psk: client1, handshakeTimeouts, udpBackend });
    await t.throwsAsync(attempt, { code: 'ECONNREFUSED' });
    t.true(performance.now() - started < 2_500);
  });
}
