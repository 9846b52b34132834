import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { startGnutlsServer } from '../helpers/foreign/gnutls.js';
import { gnutlsServ, type Tool, testWith } from '../helpers/foreign/tools.js';
import { dial, echo } from '../helpers/ours.js';
import { watchServer } from '../helpers/pairings.js';
import { ccm8, type Suite, suites } from '../helpers/suites.js';

async function converse(t: ExecutionContext, tool: Tool, suite: Suite, udpBackend: 'mmsg' | 'uv'): Promise<void> {
  const { process, port } = watchServer(t, await startGnutlsServer(tool, { suite }));
  const socket = await dial(t, port, { udpBackend });
  t.is(socket.cipher.name, suite.name);
  t.is(socket.pskIdentity, client1.identity);
  t.is(await echo(socket, 'from our client\n'), 'from our client\n');
  await process.waitFor(/from our client/);

  // It serves one client at a time: a second one is answered only when the first has said goodbye.
  await socket.close();
  const second = await dial(t, port, { udpBackend });
  t.is(await echo(second, 'once more\n'), 'once more\n');
}

for (const suite of suites) {
  testWith(gnutlsServ, `gnutls-serv with ${suite.name}`, async (t, tool) => converse(t, tool, suite, 'mmsg'));
}

testWith(gnutlsServ, 'over uv_udp_t', async (t, tool) => converse(t, tool, ccm8, 'uv'));
