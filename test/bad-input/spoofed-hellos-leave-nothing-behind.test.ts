import { randomBytes } from 'node:crypto';
import test from 'ava';
import { Bystander } from '../helpers/bystander.js';
import { buildClientHello } from '../helpers/client-hello.js';
import { startEchoServer, udpBackends } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';

const hellos = 10_000;
const batch = 100;
/** An association costs some 70 KB while it shakes hands: ten thousand of them would be ten times this. */
const allowedGrowth = 64 * 1024 * 1024;

for (const udpBackend of udpBackends) {
  test(`${hellos} hellos without a cookie, with ${udpBackend}`, async (t) => {
    const { server, port } = await startEchoServer(t, { udpBackend });
    const bystander = await Bystander.connect(t, port);
    const before = server.counters();
    const memory = process.memoryUsage.rss();

    for (let sent = 0; sent < hellos; sent += batch) {
      // Another address and another port each time, as with forged senders.
      await using client = await RawClient.open(port, `127.0.1.${1 + ((sent / batch) % 200)}`);
      await client.send(...Array.from({ length: batch }, () => buildClientHello({ random: randomBytes(32) })));
      for (let answers = 0; answers < batch; answers++) await client.next();
      t.is(server.counters().peers, 1);
    }

    const after = server.counters();
    t.is(after.helloVerifyRequests - before.helloVerifyRequests, hellos);
    t.is(after.handshakesStarted, before.handshakesStarted);
    t.true(process.memoryUsage.rss() - memory < allowedGrowth);
    await bystander.noticedNothing(t, port);
  });
}
