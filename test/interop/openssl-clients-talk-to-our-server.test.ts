import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { clientCipherLine, startOpensslClient } from '../helpers/foreign/openssl.js';
import { openssl3, opensslTools, type Tool, testWith } from '../helpers/foreign/tools.js';
import { closed, nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8, type Suite, suites } from '../helpers/suites.js';

async function converse(t: ExecutionContext, tool: Tool, suite: Suite, udpBackend: 'mmsg' | 'uv'): Promise<void> {
  const { server, port } = await startServer(t, { udpBackend });
  const connection = nextConnection(server);
  const client = watch(t, startOpensslClient(tool, port, { suite }));
  await client.waitFor(clientCipherLine(suite));
  const { socket, inbox } = await connection;
  t.is(socket.cipher.name, suite.name);
  t.is(socket.pskIdentity, client1.identity);

  client.writeLine('from the client');
  t.is(await inbox.next(), 'from the client\n');
  socket.send('from our server\n');
  await client.waitFor(/from our server/);

  const goodbye = closed(socket);
  client.writeLine('Q');
  t.is(await goodbye, false);
  await client.exited;
  t.is(server.connections, 0);
}

for (const openssl of opensslTools) {
  for (const suite of suites) {
    testWith(openssl, `${openssl.name} with ${suite.name}`, async (t, tool) => converse(t, tool, suite, 'mmsg'));
  }
}

testWith(openssl3, 'over uv_udp_t', async (t, tool) => converse(t, tool, ccm8, 'uv'));
