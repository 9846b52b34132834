import { opensslClient } from '../helpers/foreign/openssl.js';
import { openssl3, openssl111, opensslTools, testWith } from '../helpers/foreign/tools.js';
import {
  sweepLostHelloVerifyRequests,
  sweepSingleLosses,
  sweepSingleLossesAfterCookie,
} from '../helpers/loss-sweep.js';
import { foreignClientWithOurs, oursWithOpensslServer } from '../helpers/pairings.js';
import { ccm8 } from '../helpers/suites.js';

for (const openssl of opensslTools) {
  testWith(openssl, `${openssl.name} s_client with our server, each datagram lost once`, async (t, tool) => {
    t.timeout(60_000);
    await sweepSingleLosses(t, await foreignClientWithOurs(t, opensslClient, tool, ccm8));
  });
}

testWith(openssl3, 'our client with OpenSSL 3 s_server, each datagram lost once', async (t, tool) => {
  t.timeout(60_000);
  await sweepSingleLosses(t, oursWithOpensslServer(t, tool, ccm8));
});

// The server of OpenSSL 1.1.1 never answers again when its HelloVerifyRequest is lost. With `-listen` it does, but then it
// does not make up for other losses.
testWith(
  openssl111,
  'our client with OpenSSL 1.1.1 s_server, each datagram behind the cookie lost once',
  async (t, tool) => {
    t.timeout(60_000);
    await sweepSingleLossesAfterCookie(t, oursWithOpensslServer(t, tool, ccm8));
  },
);

testWith(openssl111, 'our client with OpenSSL 1.1.1 s_server -listen, HelloVerifyRequests lost', async (t, tool) => {
  t.timeout(60_000);
  await sweepLostHelloVerifyRequests(t, oursWithOpensslServer(t, tool, ccm8, ['-listen']));
});
