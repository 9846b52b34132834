import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { serverCipherLine, startOpensslServer } from '../helpers/foreign/openssl.js';
import { openssl3, opensslTools, type Tool, testWith } from '../helpers/foreign/tools.js';
import { dial, Inbox } from '../helpers/ours.js';
import { watchServer } from '../helpers/pairings.js';
import { ccm8, type Suite, suites } from '../helpers/suites.js';

async function converse(t: ExecutionContext, tool: Tool, suite: Suite, udpBackend: 'mmsg' | 'uv'): Promise<void> {
  const { process, port } = watchServer(t, await startOpensslServer(tool, { suite }));
  const socket = await dial(t, port, { udpBackend });
  const inbox = new Inbox(socket);
  await process.waitFor(serverCipherLine(suite));
  t.is(socket.cipher.name, suite.name);
  t.is(socket.pskIdentity, client1.identity);

  socket.send('from our client\n');
  await process.waitFor(/from our client/);
  process.writeLine('from the server');
  t.is(await inbox.next(), 'from the server\n');

  await socket.close();
  // What s_server prints for a close_notify; anything else is an ERROR.
  await process.waitFor(/^DONE$/m);
}

for (const openssl of opensslTools) {
  for (const suite of suites) {
    testWith(openssl, `${openssl.name} with ${suite.name}`, async (t, tool) => converse(t, tool, suite, 'mmsg'));
  }
}

testWith(openssl3, 'over uv_udp_t', async (t, tool) => converse(t, tool, ccm8, 'uv'));
