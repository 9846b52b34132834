import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { clientErrors, dial, startServer, udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

const handshakeTimeouts = { min: 50, max: 100 };
const psk = { identity: client1.identity, key: Buffer.from('wrong') };

for (const udpBackend of udpBackends) {
  test(`though the client sends its last flight again and again, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend, handshakeTimeouts });
    const errors = clientErrors(server);
    for (let attempts = 1; attempts <= 2; attempts += 1) {
      await t.throwsAsync(dial(t, port, { psk, udpBackend, handshakeTimeouts }), { code: 'ETIMEDOUT' });
      await until('the end of the association', () => server.counters().peers === 0);
      t.is(errors.length, attempts);
      t.like(server.counters(), { finishedUndecryptable: attempts, handshakesFailed: attempts });
    }
    t.true(errors.every(({ code }) => code === 'ERR_BAD_FINISHED'));
  });
}
