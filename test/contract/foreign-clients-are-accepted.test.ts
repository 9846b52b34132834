import type { ExecutionContext } from 'ava';
import { createDtlsSocket, createSslSocket, type SecurityInfo, type SslConfiguration } from 'lwm2m-tls';
import { identified } from '../helpers/contract-servers.js';
import { client1 } from '../helpers/credentials.js';
import type { ForeignPeer, PeerClientOptions } from '../helpers/foreign/peer.js';
import { peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki } from '../helpers/pki.js';
import { ccm8, ecdsaCcm8, tls13Gcm } from '../helpers/suites.js';

const transports = [
  { name: 'DTLS 1.2', transport: 'datagram', version: '1.2', pskSuite: ccm8, certificateSuite: ecdsaCcm8 },
  { name: 'TLS 1.2', transport: 'stream', version: '1.2', pskSuite: ccm8, certificateSuite: ecdsaCcm8 },
  { name: 'TLS 1.3', transport: 'stream', version: '1.3', pskSuite: tls13Gcm, certificateSuite: tls13Gcm },
] as const;

for (const { name, pskSuite, certificateSuite, ...protocol } of transports) {
  for (const peer of peersOf(protocol.version)) {
    testWith(peer.tool, `${name}, ${peer.name}: a client with the key`, async (t) => {
      const options = { ...protocol, suite: pskSuite, psk: client1 };
      await converse(t, peer, options, { mode: 'psk', ...client1 });
    });

    testWith(peer.tool, `${name}, ${peer.name}: a client that verifies our certificate`, async (t) => {
      const options = { ...protocol, suite: certificateSuite, trust: [await pki.root()] };
      await converse(t, peer, options, identified(await pki.server()));
    });
  }
}

async function converse(
  t: ExecutionContext,
  peer: ForeignPeer,
  options: PeerClientOptions,
  security: SecurityInfo,
): Promise<void> {
  const create = options.transport === 'datagram' ? createDtlsSocket : createSslSocket;
  const configuration: SslConfiguration = { security };
  const [listener, accepted] = [create(configuration), create(configuration)];
  t.teardown(() => Promise.all([listener.cleanup(), accepted.cleanup()]));
  await listener.bind('127.0.0.1', 0);

  const client = peer.startClient(t, listener.getLocalPort(), options);
  await listener.accept(accepted);
  await client.waitFor(peer.prints.connected(options.suite));
  client.writeLine('from their client');
  t.regex(String(await accepted.receiveMessage()), /^from their client/);
  await accepted.send('to their client\n');
  await client.waitFor(/to their client/);
  await accepted.close();
  await client.waitFor(peer.prints.closed);
}
