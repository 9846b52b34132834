import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import type { ForeignClient } from '../helpers/foreign/foreign-client.js';
import { gnutlsClient } from '../helpers/foreign/gnutls.js';
import { opensslClient } from '../helpers/foreign/openssl.js';
import { gnutlsCli, openssl3, opensslTools, type Tool, testWith } from '../helpers/foreign/tools.js';
import { closed, nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8, gnutlsCliSuites, type Suite, suites } from '../helpers/suites.js';

async function converse(
  t: ExecutionContext,
  foreign: ForeignClient,
  tool: Tool,
  suite: Suite,
  udpBackend: 'mmsg' | 'uv' = 'mmsg',
): Promise<void> {
  const { server, port } = await startServer(t, { udpBackend });
  const connection = nextConnection(server);
  const client = watch(t, foreign.start(tool, port, { suite }));
  await client.waitFor(foreign.connected(suite));
  const { socket, inbox } = await connection;
  t.is(socket.cipher.name, suite.name);
  t.is(socket.pskIdentity, client1.identity);

  client.writeLine('from the client');
  t.is(await inbox.next(), 'from the client\n');
  socket.send('from our server\n');
  await client.waitFor(/from our server/);

  const goodbye = closed(socket);
  foreign.leave(client);
  t.is(await goodbye, false);
  await client.exited;
  t.is(server.connections, 0);
}

for (const openssl of opensslTools) {
  for (const suite of suites) {
    testWith(openssl, `${openssl.name} with ${suite.name}`, async (t, tool) => converse(t, opensslClient, tool, suite));
  }
}

for (const suite of gnutlsCliSuites) {
  testWith(gnutlsCli, `gnutls-cli with ${suite.name}`, async (t, tool) => converse(t, gnutlsClient, tool, suite));
}

testWith(openssl3, 'OpenSSL 3 over uv_udp_t', async (t, tool) => converse(t, opensslClient, tool, ccm8, 'uv'));
testWith(gnutlsCli, 'gnutls-cli over uv_udp_t', async (t, tool) => converse(t, gnutlsClient, tool, ccm8, 'uv'));
