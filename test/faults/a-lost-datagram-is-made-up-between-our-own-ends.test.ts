import test from 'ava';
import { longNamed } from '../helpers/credentials.js';
import { runAll, sweepDoubleLosses, sweepSingleLosses } from '../helpers/loss-sweep.js';
import { udpBackends } from '../helpers/ours.js';
import { oursWithOurs } from '../helpers/pairings.js';
import { ecdheCbc, suites } from '../helpers/suites.js';

for (const suite of suites) {
  test(`each datagram lost once: ${suite.name}`, async (t) => {
    await sweepSingleLosses(t, await oursWithOurs(t, { client: { cipherSuites: [suite.name] } }));
  });
}

for (const udpBackend of udpBackends) {
  test(`each pair of datagrams lost: ${udpBackend}`, async (t) => {
    await sweepDoubleLosses(t, await oursWithOurs(t, { server: { udpBackend }, client: { udpBackend } }));
  });
}

test('each datagram lost once where a flight takes several', async (t) => {
  const client = { mtu: 256, psk: longNamed, cipherSuites: [ecdheCbc.name] };
  const runs = await sweepSingleLosses(t, await oursWithOurs(t, { server: { mtu: 256 }, client }));
  t.true(runs > 8, 'more than the six datagrams and the two repetitions of an ordinary handshake');
});

test("the server's last flight lost, then its repetitions", async (t) => {
  // 3 is ChangeCipherSpec with Finished, and so is each repetition.
  const plans = [[3], [3, 4], [3, 4, 5]];
  await runAll(
    t,
    await oursWithOurs(t),
    plans.map((toClient) => ({ toServer: [], toClient })),
  );
});

test("the server's last flight lost, then parts of its repetitions, where OpenSSL repeats it", async (t) => {
  // 3 is ChangeCipherSpec with Finished; repeated, each is a datagram of its own: 4 and 5, 6 and 7.
  const plans = [
    [3, 4],
    [3, 5],
    [3, 4, 7],
    [3, 5, 6],
    [3, 5, 7],
  ];
  await runAll(
    t,
    await oursWithOurs(t, { server: { recordLayer: 'openssl' } }),
    plans.map((toClient) => ({ toServer: [], toClient })),
  );
});
