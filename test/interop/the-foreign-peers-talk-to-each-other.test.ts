/** The helpers themselves: every client program with every server program, without anything of ours. */
import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { opensslPeer3, opensslPeer111 } from '../helpers/foreign/openssl.js';
import type { ForeignPeer, PeerClientOptions, PeerServerOptions, Transport, Version } from '../helpers/foreign/peer.js';
import { bothTools, peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki } from '../helpers/pki.js';
import { ccm8, ecdsaCcm8, ecdsaSha1, rsaGcm, type Suite, tls13Gcm } from '../helpers/suites.js';

interface Meeting {
  server: PeerServerOptions;
  client: PeerClientOptions;
}

/** Both verify the other. */
async function mutual(suite: Suite): Promise<Meeting> {
  const trust = [await pki.root()];
  return {
    server: { suite, trust, certificate: await pki.server(), clientCertificate: 'require' },
    client: { suite, trust, certificate: await pki.client() },
  };
}

async function converse(
  t: ExecutionContext,
  serverPeer: ForeignPeer,
  clientPeer: ForeignPeer,
  { server, client }: Meeting,
): Promise<void> {
  const { process, port } = await serverPeer.startServer(t, server);
  // The second one proves that the server takes one after the other.
  for (const turn of ['first', 'second']) {
    const program = clientPeer.startClient(t, port, client);
    await program.waitFor(clientPeer.prints.connected(client.suite));
    program.writeLine(`from the ${turn} client`);
    await process.waitFor(new RegExp(`from the ${turn} client`));
    if (!serverPeer.echoes) process.writeLine(`to the ${turn} client`);
    await program.waitFor(new RegExp(`${serverPeer.echoes ? 'from' : 'to'} the ${turn} client`));
    clientPeer.leave(program);
    t.is(await program.exited, 0);
  }
  const accepted = serverPeer.prints.accepted(server.suite, server.transport);
  if (accepted) await process.waitFor(accepted);
}

const protocols: { name: string; transport: Transport; version: Version }[] = [
  { name: 'DTLS 1.2', transport: 'datagram', version: '1.2' },
  { name: 'TLS 1.2', transport: 'stream', version: '1.2' },
  { name: 'TLS 1.3', transport: 'stream', version: '1.3' },
];

for (const { name, transport, version } of protocols) {
  const [pskSuite, certificateSuite] = version === '1.3' ? [tls13Gcm, tls13Gcm] : [ccm8, ecdsaCcm8];
  for (const server of peersOf(version)) {
    for (const client of peersOf(version)) {
      const pair = `${name}: ${client.name} with a server on ${server.name}`;

      testWith(bothTools(server, client), `${pair}, pre-shared key`, async (t) => {
        const options = { suite: pskSuite, transport, psk: client1 };
        await converse(t, server, client, { server: options, client: options });
      });

      testWith(bothTools(server, client), `${pair}, certificates`, async (t) => {
        const meeting = await mutual(certificateSuite);
        await converse(t, server, client, {
          server: { ...meeting.server, transport },
          client: { ...meeting.client, transport },
        });
      });
    }
  }
}

const oldProtocols = [
  { name: 'DTLS 1.0', transport: 'datagram', version: '1.0' },
  { name: 'TLS 1.0', transport: 'stream', version: '1.0' },
  { name: 'TLS 1.1', transport: 'stream', version: '1.1' },
] as const;

for (const { name, transport, version } of oldProtocols) {
  for (const server of peersOf(version)) {
    testWith(bothTools(server, opensslPeer111), `${name}: OpenSSL 1.1.1 with a server on ${server.name}`, async (t) => {
      const options = { transport, version, suite: ecdsaSha1 };
      await converse(t, server, opensslPeer111, {
        server: { ...options, certificate: await pki.server() },
        client: options,
      });
    });
  }
}

for (const server of peersOf('1.2')) {
  testWith(bothTools(server, opensslPeer3), `RSA: OpenSSL 3 with a server on ${server.name}`, async (t) => {
    const options = { suite: rsaGcm, trust: [await pki.root()] };
    await converse(t, server, opensslPeer3, {
      server: { ...options, certificate: await pki.rsaServer(), clientCertificate: 'require' },
      client: { ...options, certificate: await pki.rsaClient() },
    });
  });
}
