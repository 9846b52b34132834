import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { ClientError } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import type { ForeignPeer, PeerClientOptions } from '../helpers/foreign/peer.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { nextConnection } from '../helpers/ours.js';
import { type CertifiedKey, issue, pki } from '../helpers/pki.js';
import { ecdsaCcm8 } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const suite = ecdsaCcm8;
const exact = 'one.example';
const wildcard = '*.devices.example';
const strict = 'strict.example';

async function named(name: string): Promise<CertifiedKey> {
  return issue({ name, dns: [name], issuer: await pki.intermediate() });
}

/** One server with four certificates; `strict` asks its clients for one. */
async function startNamedServer(t: ExecutionContext) {
  const ca = (await pki.root()).pem;
  const started = await startCertifiedServer(t);
  started.server.addContext(exact, identityOf(await named(exact)));
  started.server.addContext(wildcard, identityOf(await named(wildcard)));
  started.server.addContext(strict, { ...identityOf(await named(strict)), ca, requestCert: true });
  return started;
}

/** A client that takes a certificate for the name that it asks for, and no other. */
async function start(t: ExecutionContext, peer: ForeignPeer, port: number, more: Partial<PeerClientOptions>) {
  const verifyName = more.serverName ?? 'localhost';
  return peer.startClient(t, port, { suite, trust: [await pki.root()], verifyName, ...more });
}

for (const peer of foreignPeers) {
  testWith(peer.tool, `${peer.name}: a client finds the certificate for its name at our server`, async (t) => {
    const { server, port } = await startNamedServer(t);
    for (const serverName of [exact, 'a.devices.example', 'localhost', undefined]) {
      const connection = nextConnection(server);
      const program = await start(t, peer, port, serverName === undefined ? {} : { serverName });
      await program.waitFor(peer.prints.connected(suite));
      const { socket } = await connection;
      // Mbed TLS cannot verify a name without asking for it.
      if (serverName !== undefined || peer.name !== 'Mbed TLS') t.is(socket.servername, serverName);
      t.false(socket.authorized);
      peer.leave(program);
      await program.exited;
    }
  });

  testWith(peer.tool, `${peer.name}: a client is asked for a certificate where its name wants one`, async (t) => {
    const { server, port } = await startNamedServer(t);
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    const refused = await start(t, peer, port, { serverName: strict });
    await refused.waitFor(peer.prints.alert(40));
    const [error] = await within(10_000, "'clientError'", reported);
    t.is(error.reason, 'peer did not return a certificate');

    const connection = nextConnection(server);
    const certificate = await pki.client();
    const program = await start(t, peer, port, { serverName: strict, certificate });
    await program.waitFor(peer.prints.connected(suite));
    const { socket } = await connection;
    t.like(socket, { authorized: true, servername: strict });
    t.is(socket.peerCertificate?.subject, certificate.x509.subject);
  });

  testWith(peer.tool, `${peer.name}: our client finds the certificate for its name at a server`, async (t) => {
    // OpenSSL sends this one without its issuers.
    const other = await issue({ name: exact, dns: [exact], issuer: await pki.root() });
    const certificate = await pki.server();
    const options = { suite, certificate, named: { name: exact, certificate: other } };
    const { port } = await peer.startServer(t, options);
    for (const [servername, { x509 }] of [
      [exact, other],
      ['localhost', certificate],
    ] as const) {
      const socket = await dialCertified(t, port, { servername, cipherSuites: [suite.id] });
      t.true(socket.authorized);
      t.is(socket.peerCertificate?.fingerprint256, x509.fingerprint256);
      await socket.close();
    }
  });
}
