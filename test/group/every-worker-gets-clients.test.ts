import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { gnutlsClient } from '../helpers/foreign/gnutls.js';
import { opensslClient } from '../helpers/foreign/openssl.js';
import { gnutlsCli, openssl3, testWith } from '../helpers/foreign/tools.js';
import { dial } from '../helpers/ours.js';
import { ccm8 } from '../helpers/suites.js';
import { watch } from '../helpers/watch.js';
import { until } from '../helpers/within.js';
import { startGroup, workerOf } from './groups.js';

test('64 clients come to every worker, and stay', async (t) => {
  const { group, port } = await startGroup(t, { workers: 3 });
  const clients = await Promise.all(Array.from({ length: 64 }, () => dial(t, port)));
  const workers = await Promise.all(clients.map(workerOf));
  t.deepEqual([...new Set(workers)].sort(), [0, 1, 2]);
  t.deepEqual(await Promise.all(clients.map(workerOf)), workers);
  for (const worker of group.workers) {
    t.is(worker.counters().peers, workers.filter((index) => index === worker.index).length);
  }
});

test('the counters are the sum of what the clients did', async (t) => {
  const { group, port } = await startGroup(t);
  const clients = await Promise.all(Array.from({ length: 32 }, () => dial(t, port)));
  await Promise.all(clients.map(workerOf));
  t.is(group.connections, 32);
  const { handshakesCompleted, handshakesFailed, messagesReceived, messagesSent, peers } = group.counters();
  t.deepEqual([handshakesCompleted, handshakesFailed, peers], [32, 0, 32]);
  t.deepEqual([messagesReceived, messagesSent], [32, 32]);
  const [first, second] = group.workers.map((worker) => worker.counters());
  t.is(first!.datagramsReceived + second!.datagramsReceived, group.counters().datagramsReceived);
  t.true(first!.messagesSent > 0 && second!.messagesSent > 0);

  await Promise.all(clients.map((client) => client.close()));
  await until('all clients have left', () => group.connections === 0);
});

for (const [tool, foreign] of [
  [openssl3, opensslClient],
  [gnutlsCli, gnutlsClient],
] as const) {
  testWith(tool, `${tool.name} comes to a group`, async (t, found) => {
    const { group, port } = await startGroup(t);
    const client = watch(t, foreign.start(found, port, { suite: ccm8, credentials: client1 }));
    await client.waitFor(foreign.connected(ccm8));
    client.writeLine('from the client');
    await client.waitFor(/[01]:from the client/);
    foreign.leave(client);
    await client.exited;
    t.is(group.counters().handshakesCompleted, 1);
    await until('it has left', () => group.connections === 0);
  });
}
