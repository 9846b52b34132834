import { once } from 'node:events';
import type { ClientError } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { startGnutlsClient } from '../helpers/foreign/gnutls.js';
import { startOpensslClient } from '../helpers/foreign/openssl.js';
import { gnutlsCli, opensslTools, testWith } from '../helpers/foreign/tools.js';
import { quickTimeouts, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const stranger = { identity: 'stranger', key: client1.key };
const impostor = { identity: client1.identity, key: Buffer.alloc(16, 0xee) };

for (const openssl of opensslTools) {
  testWith(openssl, `${openssl.name} s_client with an unknown identity is told so`, async (t, tool) => {
    const { server, port } = await startServer(t);
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    const client = watch(t, startOpensslClient(tool, port, { suite: ccm8, credentials: stranger }));
    await client.waitFor(/alert unknown psk identity|alert number 115/i);
    const [error] = await within(10_000, "'clientError'", reported);
    t.is(error.code, 'ERR_UNKNOWN_PSK_IDENTITY');
    t.is(error.pskIdentity, 'stranger');
    t.is(error.remoteAddress, '127.0.0.1');
    t.is(server.counters().peers, 0);
  });

  testWith(openssl, `${openssl.name} s_client with a wrong key is noticed`, async (t, tool) => {
    const { server, port } = await startServer(t, { handshakeTimeouts: quickTimeouts });
    server.on('connection', () => t.fail('a wrong key must not connect'));
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    watch(t, startOpensslClient(tool, port, { suite: ccm8, credentials: impostor }));
    const [error] = await within(10_000, "'clientError'", reported);
    t.is(error.code, 'ERR_BAD_FINISHED');
    t.is(error.pskIdentity, client1.identity);
    t.is(server.counters().finishedUndecryptable, 1);
  });
}

testWith(gnutlsCli, 'gnutls-cli with an unknown identity is told so', async (t, tool) => {
  const { server, port } = await startServer(t);
  const reported = once(server, 'clientError') as Promise<[ClientError]>;
  const client = watch(t, startGnutlsClient(tool, port, { suite: ccm8, credentials: stranger }));
  await client.waitFor(/fatal alert/i);
  const [error] = await within(10_000, "'clientError'", reported);
  t.is(error.code, 'ERR_UNKNOWN_PSK_IDENTITY');
});
