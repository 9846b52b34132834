import { client1 } from '../helpers/credentials.js';
import { foreignClients } from '../helpers/foreign/clients.js';
import { testWith } from '../helpers/foreign/tools.js';
import { clientErrors, quickTimeouts, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';
import { until } from '../helpers/within.js';

const stranger = { identity: 'stranger', key: client1.key };
const impostor = { identity: client1.identity, key: Buffer.alloc(16, 0xee) };

for (const { tool: maybe, foreign } of foreignClients) {
  testWith(maybe, `${maybe.name}: a client with an unknown identity is told so`, async (t, tool) => {
    const { server, port } = await startServer(t);
    const errors = clientErrors(server);
    const client = watch(t, foreign.start(tool, port, { suite: ccm8, credentials: stranger }));
    await client.waitFor(foreign.identityRefused);
    await until('the end of the association', () => server.counters().peers === 0);
    t.is(errors.length, 1);
    t.like(errors[0], { code: 'ERR_UNKNOWN_PSK_IDENTITY', pskIdentity: 'stranger', remoteAddress: '127.0.0.1' });
  });

  testWith(
    maybe,
    `${maybe.name}: a client with a wrong key is reported once, however often it tries`,
    async (t, tool) => {
      const { server, port } = await startServer(t, { handshakeTimeouts: quickTimeouts });
      server.on('connection', () => t.fail('a wrong key must not connect'));
      const errors = clientErrors(server);
      watch(t, foreign.start(tool, port, { suite: ccm8, credentials: impostor }));
      await until('a report', () => errors.length > 0);
      await until('the end of the association', () => server.counters().peers === 0);
      t.is(errors.length, 1);
      t.like(errors[0], { code: 'ERR_BAD_FINISHED', pskIdentity: client1.identity });
      t.is(server.counters().finishedUndecryptable, 1);
    },
  );
}
