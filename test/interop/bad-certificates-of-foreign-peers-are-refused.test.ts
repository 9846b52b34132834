import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { ClientError, DtlsServerOptions } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { badClients, badServers, ourLists } from '../helpers/bad-certificates.js';
import { dialCertified, startCertifiedServer } from '../helpers/certified.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { gnutls } from '../helpers/foreign/gnutls.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { nextConnection } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';
import { ecdsaCcm8 } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const suite = ecdsaCcm8;

async function start(t: ExecutionContext, options: Partial<DtlsServerOptions> = {}) {
  return startCertifiedServer(t, { ca: (await pki.root()).pem, requestCert: true, ...options });
}

for (const peer of foreignPeers) {
  for (const bad of badServers) {
    testWith(peer.tool, `${peer.name}: a server, ${bad.name}`, async (t) => {
      const { process, port } = await peer.startServer(t, { suite, certificate: await pki[bad.name]() });
      // Our socket closes with the alert; the proxy's stays, so that it is the alert that ends the server's handshake.
      const proxy = attend(t, await FaultProxy.start({ server: { port } }));
      const attempt = dialCertified(t, proxy.port, { cipherSuites: [suite.id], ...(await ourLists(bad)) });
      const error = await t.throwsAsync(attempt);
      t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError: bad.verifyError });
      // gnutls-serv does not say which.
      await process.waitFor(peer === gnutls ? /A TLS fatal alert has been received/ : peer.prints.alert(bad.alert));
    });
  }

  for (const bad of badClients) {
    testWith(peer.tool, `${peer.name}: a client, ${bad.name}`, async (t) => {
      const { server, port } = await start(t, await ourLists(bad));
      server.on('connection', () => t.fail('no connection'));
      const reported = once(server, 'clientError') as Promise<[ClientError]>;
      const program = peer.startClient(t, port, { suite, certificate: await pki[bad.name]() });
      const [error] = await within(10_000, "'clientError'", reported);
      t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError: bad.verifyError });
      await program.waitFor(peer.prints.alert(bad.alert));
      t.not(await program.exited, 0);
    });

    testWith(peer.tool, `${peer.name}: a client is let in and not believed, ${bad.name}`, async (t) => {
      const { server, port } = await start(t, { rejectUnauthorized: false, ...(await ourLists(bad)) });
      const connection = nextConnection(server);
      const certificate = await pki[bad.name]();
      const program = peer.startClient(t, port, { suite, certificate });
      await program.waitFor(peer.prints.connected(suite));
      const { socket } = await connection;
      t.false(socket.authorized);
      t.truthy(socket.authorizationError);
      t.is(socket.peerCertificate?.subject, certificate.x509.subject);
    });
  }

  testWith(peer.tool, `${peer.name}: a client without a certificate where one is required`, async (t) => {
    const { server, port } = await start(t);
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    const program = peer.startClient(t, port, { suite });
    const [error] = await within(10_000, "'clientError'", reported);
    t.like(error, { code: 'ERR_TLS_LIBRARY', reason: 'peer did not return a certificate' });
    await program.waitFor(peer.prints.alert(40));
    t.not(await program.exited, 0);
  });

  testWith(peer.tool, `${peer.name}: a client without a certificate where one is requested, or none is`, async (t) => {
    for (const options of [{ rejectUnauthorized: false }, { requestCert: false }]) {
      const { server, port } = await start(t, options);
      const connection = nextConnection(server);
      const certificate = await pki.client();
      // Where none is requested it keeps the one that it has.
      const program = peer.startClient(t, port, { suite, ...('requestCert' in options ? { certificate } : {}) });
      await program.waitFor(peer.prints.connected(suite));
      const { socket } = await connection;
      t.like(socket, { authorized: false, authorizationError: undefined, peerCertificate: undefined });
    }
  });
}
