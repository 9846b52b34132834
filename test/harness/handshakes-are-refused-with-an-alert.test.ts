import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { dialTestServer, startTestServer } from '../helpers/harness.js';
import { ccm8 } from '../helpers/suites.js';

test('all of them, until it is undone', async (t) => {
  const { server, port } = await startTestServer(t);
  const refusal = server.refuseHandshakes('insufficient_security');
  for (let i = 0; i < 3; i += 1) {
    await t.throwsAsync(dialTestServer(t, port), { code: 'ERR_ALERT_RECEIVED', message: /insufficient_security/ });
  }
  t.is(server.dtls.counters().handshakesStarted, 0);
  refusal.undo();
  await dialTestServer(t, port);
});

test('so many of them', async (t) => {
  const { server, port } = await startTestServer(t);
  server.refuseHandshakes(80, { count: 1 });
  await t.throwsAsync(dialTestServer(t, port), { code: 'ERR_ALERT_RECEIVED' });
  await dialTestServer(t, port);
});

test('those who are connected stay so', async (t) => {
  const { server, port } = await startTestServer(t);
  const client = await dialTestServer(t, port);
  const connection = await server.accept();
  using _refusal = server.refuseHandshakes('handshake_failure');
  await t.throwsAsync(dialTestServer(t, port), { code: 'ERR_ALERT_RECEIVED' });
  client.send('still here');
  t.is((await connection.receive()).toString(), 'still here');
});

test('bad options', async (t) => {
  const { server } = await startTestServer(t);
  t.throws(() => server.refuseHandshakes('handshake_failed'), { message: /did you mean 'handshake_failure'/ });
  t.throws(() => server.refuseHandshakes(40, { count: 0 }), { code: 'ERR_INVALID_OPTION' });
  t.throws(() => server.refuseHandshakes(40, { times: 1 } as never), { code: 'ERR_UNKNOWN_OPTION' });
});

for (const peer of foreignPeers) {
  testWith(peer.tool, `${peer.name} gives up`, async (t) => {
    const { server, port } = await startTestServer(t);
    server.refuseHandshakes('handshake_failure');
    const client = peer.startClient(t, port, { suite: ccm8, psk: client1, transport: 'datagram' });
    await client.exited;
    t.regex(client.output, peer.prints.alert(40));
    t.is(server.dtls.counters().handshakesStarted, 0);
  });
}
