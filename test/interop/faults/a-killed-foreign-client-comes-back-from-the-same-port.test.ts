import { attend } from '../../helpers/attend.js';
import { client1 } from '../../helpers/credentials.js';
import { foreignClients } from '../../helpers/foreign/clients.js';
import { testWith } from '../../helpers/foreign/tools.js';
import { OneAddress } from '../../helpers/one-address.js';
import { closed, nextConnection, startServer } from '../../helpers/ours.js';
import { watch } from '../../helpers/pairings.js';
import { cbc, ccm8, gcm, type Suite } from '../../helpers/suites.js';

/** CBC suites stay with OpenSSL anyway. */
const runs: [before: Suite, after: Suite, recordLayer: 'own' | 'openssl'][] = [
  [ccm8, ccm8, 'own'],
  [gcm, gcm, 'own'],
  [cbc, cbc, 'own'],
  [cbc, gcm, 'own'],
  [gcm, cbc, 'own'],
  [ccm8, ccm8, 'openssl'],
  [gcm, ccm8, 'openssl'],
];

for (const { tool, foreign } of foreignClients) {
  for (const [before, after, recordLayer] of runs) {
    const title = `${tool.name}, ${before.name}, then ${after.name}, records by ${recordLayer}`;
    testWith(tool, title, async (t, tool) => {
      const { server, port } = await startServer(t, { recordLayer });
      const address = attend(t, await OneAddress.open(port));

      const firstConnection = nextConnection(server);
      const first = watch(t, foreign.start(tool, address.port, { suite: before }));
      await first.waitFor(foreign.connected(before));
      const old = await firstConnection;
      first.writeLine('before');
      t.is(await old.inbox.next(), 'before\n');
      first.kill('SIGKILL');
      await first.exited;
      t.is(server.connections, 1);

      const end = closed(old.socket);
      old.socket.on('error', () => {});
      const secondConnection = nextConnection(server);
      const second = watch(t, foreign.start(tool, address.port, { suite: after }));
      await second.waitFor(foreign.connected(after));
      await end;
      const fresh = await secondConnection;
      t.not(fresh.socket, old.socket);
      t.is(fresh.socket.pskIdentity, client1.identity);
      t.is(fresh.socket.cipher.name, after.name);
      second.writeLine('after');
      t.is(await fresh.inbox.next(), 'after\n');
      fresh.socket.send('welcome back\n');
      await second.waitFor(/welcome back/);

      t.deepEqual(old.inbox.received, ['before\n']);
      t.is(server.connections, 1);
      t.like(server.counters(), { peers: 1, peersReplaced: 1, handshakesCompleted: 2, handshakesFailed: 0 });
      const goodbye = closed(fresh.socket);
      foreign.leave(second);
      await goodbye;
      await second.exited;
    });
  }
}
