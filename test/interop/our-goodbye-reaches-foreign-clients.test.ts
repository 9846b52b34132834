import { foreignClients } from '../helpers/foreign/clients.js';
import { testWith } from '../helpers/foreign/tools.js';
import { nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';

for (const { tool: maybe, foreign } of foreignClients) {
  testWith(maybe, `${maybe.name}: the client sees that our server closes`, async (t, tool) => {
    const { server, port } = await startServer(t);
    const connection = nextConnection(server);
    const client = watch(t, foreign.start(tool, port, { suite: ccm8 }));
    await client.waitFor(foreign.connected(ccm8));
    await connection;
    await server.close();
    await client.waitFor(foreign.serverLeft);
    await client.exited;
    t.pass();
  });
}
