import type { ExecutionContext } from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { closed, Inbox, nextConnection } from '../helpers/ours.js';
import { type CertifiedKey, pki } from '../helpers/pki.js';
import { certificateSuites, rsaGcm, type Suite } from '../helpers/suites.js';

async function made(suite: Suite): Promise<{ root: CertifiedKey; server: CertifiedKey; client: CertifiedKey }> {
  const [server, client] = suite === rsaGcm ? [pki.rsaServer, pki.rsaClient] : [pki.server, pki.client];
  return { root: await pki.root(), server: await server(), client: await client() };
}

/** The chain of the other side came whole, and was believed. */
function believes(t: ExecutionContext, socket: DtlsSocket, suite: Suite, peer: CertifiedKey): void {
  t.like(socket, { authorized: true, authorizationError: undefined, protocol: 'DTLSv1.2', resumed: false });
  t.is(socket.cipher.name, suite.name);
  t.is(peer.chain.length, 2);
  t.deepEqual(
    socket.peerCertificateChain.map(({ fingerprint256 }) => fingerprint256),
    peer.chain.map(({ x509 }) => x509.fingerprint256),
  );
}

for (const peer of foreignPeers) {
  for (const suite of certificateSuites) {
    testWith(peer.tool, `${peer.name}: a client with ${suite.name}`, async (t) => {
      const { root, server, client } = await made(suite);
      const own = { ...identityOf(server), ca: root.pem, requestCert: true, cipherSuites: [suite.id] };
      const { server: ours, port } = await startCertifiedServer(t, own);
      const connection = nextConnection(ours);
      const program = peer.startClient(t, port, { suite, trust: [root], certificate: client });
      await program.waitFor(peer.prints.connected(suite));
      const { socket, inbox } = await connection;
      believes(t, socket, suite, client);

      program.writeLine('from the client');
      t.is(await inbox.next(), 'from the client\n');
      socket.send('from our server\n');
      await program.waitFor(/from our server/);

      const goodbye = closed(socket);
      peer.leave(program);
      t.is(await goodbye, false);
      t.is(await program.exited, 0);
    });

    testWith(peer.tool, `${peer.name}: a server with ${suite.name}`, async (t) => {
      const { root, server, client } = await made(suite);
      const theirs = { suite, trust: [root], certificate: server, clientCertificate: 'require' } as const;
      const { process, port } = await peer.startServer(t, theirs);
      // A second one is served only after the first has said goodbye.
      for (const turn of ['first', 'second']) {
        const socket = await dialCertified(t, port, { ...identityOf(client), cipherSuites: [suite.id] });
        const inbox = new Inbox(socket);
        believes(t, socket, suite, server);
        socket.send(`from our ${turn} client\n`);
        await process.waitFor(new RegExp(`from our ${turn} client`));
        if (!peer.echoes) process.writeLine(`from our ${turn} client`);
        t.is(await inbox.next(), `from our ${turn} client\n`);
        await socket.close();
      }
    });
  }
}
