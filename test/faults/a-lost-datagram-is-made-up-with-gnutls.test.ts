import { gnutlsClient } from '../helpers/foreign/gnutls.js';
import { gnutlsCli, gnutlsServ, testWith } from '../helpers/foreign/tools.js';
import { sweepSingleLosses } from '../helpers/loss-sweep.js';
import { foreignClientWithOurs, oursWithGnutlsServer } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';

testWith(gnutlsCli, 'gnutls-cli with our server, each datagram lost once', async (t, tool) => {
  t.timeout(60_000);
  await sweepSingleLosses(t, await foreignClientWithOurs(t, gnutlsClient, tool, ccm8));
});

testWith(gnutlsServ, 'our client with gnutls-serv, each datagram lost once', async (t, tool) => {
  t.timeout(60_000);
  await sweepSingleLosses(t, oursWithGnutlsServer(t, tool, ccm8));
});
