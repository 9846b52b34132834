import { startGnutlsClient } from '../helpers/foreign/gnutls.js';
import { clientCipherLine, startOpensslClient } from '../helpers/foreign/openssl.js';
import { gnutlsCli, opensslTools, testWith } from '../helpers/foreign/tools.js';
import { nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';

for (const openssl of opensslTools) {
  testWith(openssl, `${openssl.name} s_client ends when our server closes`, async (t, tool) => {
    const { server, port } = await startServer(t);
    const connection = nextConnection(server);
    const client = watch(t, startOpensslClient(tool, port, { suite: ccm8 }));
    await client.waitFor(clientCipherLine(ccm8));
    await connection;
    await server.close();
    await client.waitFor(/^closed$/m);
    await client.exited;
    t.pass();
  });
}

testWith(gnutlsCli, 'gnutls-cli ends when our server closes', async (t, tool) => {
  const { server, port } = await startServer(t);
  const connection = nextConnection(server);
  const client = watch(t, startGnutlsClient(tool, port, { suite: ccm8 }));
  await client.waitFor(/Handshake was completed/);
  await connection;
  await server.close();
  await client.waitFor(/Peer has closed the GnuTLS connection/);
  t.pass();
});
