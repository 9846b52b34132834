import test from 'ava';
import {
  certifiedForeignClient,
  certifiedForeignServer,
  certifiedOurs,
  type Meeting,
} from '../helpers/certified-pairings.js';
import { opensslPeer111 } from '../helpers/foreign/openssl.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { sweepSingleLosses, sweepSingleLossesAfterCookie } from '../helpers/loss-sweep.js';

/** Every message with a certificate takes several datagrams. */
const mtu = 512;
const full: Meeting = { mtu };
const byId: Meeting = { mtu, resumed: 'ids' };
const byTicket: Meeting = { mtu, resumed: 'tickets', clientCertificate: false };

for (const [title, meeting] of Object.entries({ full, byId, byTicket })) {
  test(`between our own ends, ${title}`, async (t) => {
    const runs = await sweepSingleLosses(t, await certifiedOurs(t, meeting));
    t.true(runs > (meeting === full ? 11 : 6), 'the flights were cut');
  });
}

for (const peer of foreignPeers) {
  for (const [title, meeting] of Object.entries({ full, byId })) {
    // The client of GnuTLS keeps no sessions.
    if (meeting === full || peer.sessionFiles) {
      testWith(peer.tool, `a client on ${peer.name}, ${title}`, async (t) => {
        t.timeout(120_000);
        await sweepSingleLosses(t, await certifiedForeignClient(t, peer, meeting));
      });
    }

    testWith(peer.tool, `a server on ${peer.name}, ${title}`, async (t) => {
      t.timeout(120_000);
      // OpenSSL 1.1.1 never answers again when its HelloVerifyRequest is lost.
      const sweep = peer === opensslPeer111 ? sweepSingleLossesAfterCookie : sweepSingleLosses;
      await sweep(t, await certifiedForeignServer(t, peer, meeting));
    });
  }
}
