import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { connect } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';

/** handshake_failure, fatal, in a plain DTLS 1.2 record. */
const alert = Buffer.from([21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40]);
const FIRST_TIMEOUT = 20;

test('a server that refuses and closes its port has refused', async (t) => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.once('message', (_hello, { port, address }) => {
    server.send(alert, port, address, () => {
      server.close();
      // The loop stands still until the client's hello is due again: the alert and the error that the repetition earns
      // wait for it together.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * FIRST_TIMEOUT);
    });
  });
  const attempt = connect({
    host: '127.0.0.1',
    port: server.address().port,
    psk: client1,
    udpBackend: 'mmsg',
    handshakeTimeouts: { min: FIRST_TIMEOUT, max: 1_000 },
  });
  const error = await t.throwsAsync(attempt, { code: 'ERR_ALERT_RECEIVED' });
  t.like(error, { alert: 40 });
});
