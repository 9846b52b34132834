/** The helpers themselves: a program that verifies must be seen to refuse, or its consent means nothing. */
import type { ExecutionContext } from 'ava';
import { gnutls } from '../helpers/foreign/gnutls.js';
import { mbedtls } from '../helpers/foreign/mbedtls.js';
import { daneParameters, opensslPeer3 } from '../helpers/foreign/openssl.js';
import type { ForeignPeer, PeerServerOptions, Transport } from '../helpers/foreign/peer.js';
import { bothTools, foreignPeers, peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { type CertifiedKey, pki, serverName, tlsa, Usage } from '../helpers/pki.js';
import type { Program } from '../helpers/program.js';
import { ecdsaCcm8, ecdsaGcm, tls13Gcm } from '../helpers/suites.js';

const suite = ecdsaCcm8;
const badServers = ['expiredServer', 'futureServer', 'misnamedServer', 'strangeServer', 'revokedServer'] as const;

for (const client of foreignPeers) {
  for (const transport of ['datagram', 'stream'] as const) {
    for (const name of badServers) {
      testWith(bothTools(client, opensslPeer3), `${client.name} refuses ${name}, ${transport}`, async (t) => {
        const server = await opensslPeer3.startServer(t, { transport, suite, certificate: await pki[name]() });
        const trust = [await pki.root(), await pki.intermediate()];
        const crls = name === 'revokedServer' ? { crls: [await pki.crl()] } : {};
        const program = client.startClient(t, server.port, { transport, suite, trust, ...crls });
        await program.waitFor(client.prints.unverified);
        t.not(await program.exited, 0);
      });
    }
  }
}

/** A client on OpenSSL against a server that requires a certificate. */
async function startRefusedClient(
  t: ExecutionContext,
  server: ForeignPeer,
  options: Partial<PeerServerOptions> & { transport: Transport },
  certificate?: CertifiedKey,
): Promise<{ client: Program; server: Program }> {
  const { process, port } = await server.startServer(t, {
    ...{ suite, clientCertificate: 'require', certificate: await pki.server() },
    ...{ trust: [await pki.root(), await pki.intermediate()], ...options },
  });
  const own = certificate ? { certificate } : {};
  const client = opensslPeer3.startClient(t, port, { suite, transport: options.transport, ...own });
  return { client, server: process };
}

const refusals: { title: string; name?: keyof typeof pki & `${string}Client`; crls?: boolean }[] = [
  { title: 'no certificate' },
  { title: 'an expired client', name: 'expiredClient' },
  { title: 'a client of a strange root', name: 'strangeClient' },
  { title: 'a self-signed client', name: 'selfSignedClient' },
  { title: 'a revoked client', name: 'revokedClient', crls: true },
];

for (const server of foreignPeers) {
  for (const transport of server === gnutls ? (['stream'] as const) : (['datagram', 'stream'] as const)) {
    for (const { title, name, crls } of refusals) {
      // It sends no alert then: the test below.
      if (server === mbedtls && !name) continue;
      testWith(bothTools(server, opensslPeer3), `${server.name} refuses ${title}, ${transport}`, async (t) => {
        const options = { transport, ...(crls ? { crls: [await pki.crl()] } : {}) };
        const { client } = await startRefusedClient(t, server, options, name && (await pki[name]()));
        await client.waitFor(/SSL alert number \d+/);
        t.not(await client.exited, 0);
      });
    }
  }
}

for (const transport of ['datagram', 'stream'] as const) {
  testWith(
    bothTools(mbedtls, opensslPeer3),
    `Mbed TLS drops a client without a certificate, ${transport}`,
    async (t) => {
      const { server } = await startRefusedClient(t, mbedtls, { transport });
      await server.waitFor(/^failed -0x7480 /m);
      t.pass();
    },
  );
}

for (const server of peersOf('1.3')) {
  testWith(bothTools(server, opensslPeer3), `TLS 1.3: OpenSSL 3 refuses a server on ${server.name}`, async (t) => {
    const certificate = await pki.strangeServer();
    const { port } = await server.startServer(t, { transport: 'stream', suite: tls13Gcm, certificate });
    const options = { transport: 'stream', suite: tls13Gcm, trust: [await pki.root()] } as const;
    const client = opensslPeer3.startClient(t, port, options);
    await client.waitFor(opensslPeer3.prints.unverified);
    t.not(await client.exited, 0);
  });
}

for (const client of foreignPeers) {
  testWith(
    bothTools(client, opensslPeer3),
    `${client.name} shows the alert of a server without its suite`,
    async (t) => {
      const certificate = await pki.server();
      const { port } = await opensslPeer3.startServer(t, { transport: 'stream', suite, certificate });
      const program = client.startClient(t, port, { transport: 'stream', suite: ecdsaGcm });
      await program.waitFor(client.prints.alert(40));
      t.not(await program.exited, 0);
    },
  );
}

for (const fits of [true, false]) {
  testWith(opensslPeer3.tool, `OpenSSL 3 ${fits ? 'accepts' : 'refuses'} a server by a TLSA record`, async (t) => {
    const [certificate, other] = [await pki.strangeServer(), await pki.server()];
    const { port } = await opensslPeer3.startServer(t, { suite, certificate });
    const more = daneParameters(serverName, [tlsa(fits ? certificate : other, Usage.daneEe, 1, 1)]);
    const client = opensslPeer3.startClient(t, port, { suite, more });
    await client.waitFor(fits ? opensslPeer3.prints.connected(suite) : opensslPeer3.prints.unverified);
    if (fits) opensslPeer3.leave(client);
    t.is((await client.exited) === 0, fits);
  });
}
