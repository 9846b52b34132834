import test from 'ava';
import {
  certifiedForeignClient,
  certifiedForeignServer,
  certifiedOurs,
  type Meeting,
} from '../helpers/certified-pairings.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { sweepSwaps } from '../helpers/loss-sweep.js';

const mtu = 512;
const meetings: Record<string, Meeting> = { full: { mtu }, resumed: { mtu, resumed: 'ids' } };

for (const [title, meeting] of Object.entries(meetings)) {
  test(`each datagram late, and all of them twice: our own ends, ${title}`, async (t) => {
    await sweepSwaps(t, await certifiedOurs(t, meeting));
  });

  for (const peer of foreignPeers) {
    if (peer.sessionFiles || !meeting.resumed) {
      testWith(
        peer.tool,
        `each datagram late, and all of them twice: a client on ${peer.name}, ${title}`,
        async (t) => {
          t.timeout(120_000);
          await sweepSwaps(t, await certifiedForeignClient(t, peer, meeting));
        },
      );
    }

    testWith(peer.tool, `each datagram late, and all of them twice: a server on ${peer.name}, ${title}`, async (t) => {
      t.timeout(120_000);
      await sweepSwaps(t, await certifiedForeignServer(t, peer, meeting));
    });
  }
}
