import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { identityOf } from '../helpers/certified.js';
import { fetchSession } from '../helpers/foreign/come-back.js';
import { opensslPeer3, opensslPeer111 } from '../helpers/foreign/openssl.js';
import { type MaybeTool, redisServer, testWith } from '../helpers/foreign/tools.js';
import { pki, temporaryFolder } from '../helpers/pki.js';
import { RedisServer } from '../helpers/redis-server.js';
import { startSharingServer } from '../helpers/sharing-server.js';
import { ecdsaCcm8 } from '../helpers/suites.js';

const suite = ecdsaCcm8;
const secret = randomBytes(32).toString('hex');

for (const peer of [opensslPeer111, opensslPeer3]) {
  for (const way of ['ids', 'tickets'] as const) {
    testWith(bothOf(redisServer, peer.tool), `${peer.name} by ${way}, with a certificate`, async (t, tool) => {
      const redis = await RedisServer.start(t, tool);
      const ca = (await pki.root()).pem;
      const options = { ...identityOf(await pki.server()), ca, requestCert: true };
      const sharing = { redisPort: redis.port, way, secret, options } as const;
      const [one, other] = [await startSharingServer(t, sharing), await startSharingServer(t, sharing)];
      const theirs = { suite, trust: [await pki.root()], certificate: await pki.client() };
      const session = path.join(temporaryFolder(t), 'session');
      await fetchSession(t, peer, theirs, one.port, session);
      const client = peer.startClient(t, other.port, { ...theirs, sessionIn: session });
      await client.waitFor(peer.prints.connected(suite));
      await other.program.waitFor(/connection resumed=true/);
      t.regex(client.output, peer.prints.resumed);
      client.writeLine('hello');
      await client.waitFor(/hello/);
    });
  }
}

/** The first, unless the second is missing. */
function bothOf(first: MaybeTool, second: MaybeTool): MaybeTool {
  return 'missing' in second ? second : first;
}
