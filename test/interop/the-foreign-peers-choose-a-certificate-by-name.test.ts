/** The helpers themselves: SNI, of every client program with every server program. */
import type { ForeignPeer, PeerServerOptions } from '../helpers/foreign/peer.js';
import { bothTools, foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { issue, pki } from '../helpers/pki.js';
import { ecdsaGcm } from '../helpers/suites.js';

const name = 'other.example';

for (const server of foreignPeers) {
  for (const client of foreignPeers) {
    testWith(bothTools(server, client), `${client.name} with a server on ${server.name}`, async (t) => {
      const other = await issue({ name, dns: [name], issuer: await pki.root() });
      const named = { name, certificate: other };
      const trust = [await pki.root()];
      const options: PeerServerOptions = {
        transport: 'stream',
        suite: ecdsaGcm,
        certificate: await pki.server(),
        named,
      };
      const { port } = await server.startServer(t, options);

      const connects = async (asked: string | undefined, verifyName: string): Promise<boolean> => {
        const sni = asked === undefined ? {} : { serverName: asked };
        const program = client.startClient(t, port, {
          transport: 'stream',
          suite: ecdsaGcm,
          trust,
          verifyName,
          ...sni,
        });
        const both = new RegExp(`${connected(client).source}|${client.prints.unverified.source}`);
        await program.waitFor(both);
        if (client.prints.unverified.test(program.output)) return false;
        client.leave(program);
        return (await program.exited) === 0;
      };
      t.true(await connects(name, name));
      t.true(await connects('localhost', 'localhost'));
    });
  }
}

function connected(peer: ForeignPeer): RegExp {
  return peer.prints.connected(ecdsaGcm);
}
