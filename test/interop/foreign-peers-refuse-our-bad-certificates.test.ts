import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { ClientError, TlsError } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { type BadCertificate, badClients, badServers, theirLists } from '../helpers/bad-certificates.js';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import type { ForeignServer } from '../helpers/foreign/foreign-server.js';
import { gnutls } from '../helpers/foreign/gnutls.js';
import { mbedtls } from '../helpers/foreign/mbedtls.js';
import type { ForeignPeer } from '../helpers/foreign/peer.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { type Crl, pki } from '../helpers/pki.js';
import { ecdsaCcm8 } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const suite = ecdsaCcm8;
const [badCertificate, certificateUnknown, accessDenied] = [42, 46, 49];

/** OpenSSL sends the one that we would, too. */
function alertOf(peer: ForeignPeer, role: 'client' | 'server', { name, alert }: BadCertificate): number {
  if (peer === gnutls) return role === 'client' ? badCertificate : accessDenied;
  return peer === mbedtls && name === 'futureServer' ? certificateUnknown : alert;
}

/** Requires client certificates. */
async function startStrict(
  t: ExecutionContext,
  peer: ForeignPeer,
  lists: { crls?: Crl[] } = {},
): Promise<ForeignServer> {
  const [certificate, trust] = [await pki.server(), [await pki.root(), await pki.intermediate()]];
  return peer.startServer(t, { suite, certificate, trust, clientCertificate: 'require', ...lists });
}

for (const peer of foreignPeers) {
  for (const bad of badServers) {
    testWith(peer.tool, `${peer.name}: a client refuses our server, ${bad.name}`, async (t) => {
      const { server, port } = await startCertifiedServer(t, identityOf(await pki[bad.name]()));
      server.on('connection', () => t.fail('no connection'));
      const reported = once(server, 'clientError') as Promise<[ClientError]>;
      const trust = [await pki.root(), await pki.intermediate()];
      const program = peer.startClient(t, port, { suite, trust, ...(await theirLists(bad)) });
      const [error] = await within(10_000, "'clientError'", reported);
      t.like(error, { code: 'ERR_ALERT_RECEIVED', alert: alertOf(peer, 'client', bad) });
      await program.waitFor(peer.prints.unverified);
      t.not(await program.exited, 0);
      t.is(server.counters().peers, 0);
    });
  }

  for (const bad of badClients) {
    testWith(peer.tool, `${peer.name}: a server refuses our client, ${bad.name}`, async (t) => {
      const { port } = await startStrict(t, peer, await theirLists(bad));
      // gnutls-serv crashes behind its alert: the proxy keeps the port open, so that the alert is what our client sees.
      const proxy = attend(t, await FaultProxy.start({ server: { port } }));
      const attempt = dialCertified(t, proxy.port, { ...identityOf(await pki[bad.name]()), cipherSuites: [suite.id] });
      const error = await t.throwsAsync<TlsError>(attempt);
      t.like(error, { code: 'ERR_ALERT_RECEIVED', alert: alertOf(peer, 'server', bad) });
    });
  }

  testWith(peer.tool, `${peer.name}: a server refuses our client, which has no certificate`, async (t) => {
    const { port } = await startStrict(t, peer);
    const handshakeTimeouts = { min: 50, max: 400 };
    const error = await t.throwsAsync<TlsError>(
      dialCertified(t, port, { cipherSuites: [suite.id], handshakeTimeouts }),
    );
    const silent = peer === gnutls || peer === mbedtls;
    t.like(error, silent ? { code: 'ETIMEDOUT' } : { code: 'ERR_ALERT_RECEIVED', alert: 40 });
  });
}
