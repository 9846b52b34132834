import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { startGnutlsClient } from '../helpers/foreign/gnutls.js';
import { gnutlsCli, type Tool, testWith } from '../helpers/foreign/tools.js';
import { closed, nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8, gnutlsCliSuites, type Suite } from '../helpers/suites.js';

async function converse(t: ExecutionContext, tool: Tool, suite: Suite, udpBackend: 'mmsg' | 'uv'): Promise<void> {
  const { server, port } = await startServer(t, { udpBackend });
  const connection = nextConnection(server);
  const client = watch(t, startGnutlsClient(tool, port, { suite }));
  await client.waitFor(/Handshake was completed/);
  t.true(client.output.includes(suite.gnutlsDescription));
  const { socket, inbox } = await connection;
  t.is(socket.cipher.name, suite.name);
  t.is(socket.pskIdentity, client1.identity);

  client.writeLine('from the client');
  t.is(await inbox.next(), 'from the client\n');
  socket.send('from our server\n');
  await client.waitFor(/from our server/);

  const goodbye = closed(socket);
  client.endInput();
  t.is(await goodbye, false);
  await client.exited;
}

for (const suite of gnutlsCliSuites) {
  testWith(gnutlsCli, `gnutls-cli with ${suite.name}`, async (t, tool) => converse(t, tool, suite, 'mmsg'));
}

testWith(gnutlsCli, 'over uv_udp_t', async (t, tool) => converse(t, tool, ccm8, 'uv'));
