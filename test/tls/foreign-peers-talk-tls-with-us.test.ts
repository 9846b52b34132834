/** Every foreign implementation in both roles, TLS 1.2 and 1.3, pre-shared keys and certificates of both. */
import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import type { ForeignPeer } from '../helpers/foreign/peer.js';
import { peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki } from '../helpers/pki.js';
import { ccm8, ecdsaCcm8, rsaGcm, type Suite, tls13Ccm8, tls13Gcm } from '../helpers/suites.js';
import { within } from '../helpers/within.js';
import { closed, dialTls, nextConnection, startTlsServer } from './ends.js';

const meetings: { version: '1.2' | '1.3'; suite: Suite; credentials: 'psk' | 'ecdsa' | 'rsa' }[] = [
  { version: '1.2', suite: ccm8, credentials: 'psk' },
  { version: '1.2', suite: ecdsaCcm8, credentials: 'ecdsa' },
  { version: '1.2', suite: rsaGcm, credentials: 'rsa' },
  { version: '1.3', suite: tls13Gcm, credentials: 'psk' },
  { version: '1.3', suite: tls13Ccm8, credentials: 'ecdsa' },
  { version: '1.3', suite: tls13Gcm, credentials: 'rsa' },
];

type Meeting = (typeof meetings)[number];

async function certificates({ credentials }: Meeting) {
  return credentials === 'rsa'
    ? { server: await pki.rsaServer(), client: await pki.rsaClient() }
    : { server: await pki.server(), client: await pki.client() };
}

async function withTheirServer(t: ExecutionContext, peer: ForeignPeer, meeting: Meeting): Promise<void> {
  const { suite, credentials } = meeting;
  const { server, client } = await certificates(meeting);
  const trust = [await pki.root()];
  const theirs = await peer.startServer(t, {
    ...{ transport: 'stream', suite },
    ...(credentials === 'psk'
      ? { psk: client1 }
      : { certificate: server, trust, clientCertificate: 'require' as const }),
  });
  const socket = await dialTls(t, theirs.port, {
    ...{ cipherSuites: [suite.name], securityLevel: 0 },
    ...(credentials === 'psk' ? { psk: client1 } : { cert: client.chainPem, key: client.keyPem }),
  });
  t.is(socket.protocol, `TLSv${meeting.version}`);
  t.is(socket.cipher.id, suite.id);
  t.true(socket.authorized);
  socket.write('from our client\n');
  await theirs.process.waitFor(/from our client/);
  if (!peer.echoes) theirs.process.writeLine('from the server');
  const [answer] = (await within(10_000, 'an answer', once(socket, 'data'))) as [Buffer];
  t.regex(answer.toString(), peer.echoes ? /from our client/ : /from the server/);
  socket.resume();
  socket.end();
  await closed(socket);
}

async function withTheirClient(t: ExecutionContext, peer: ForeignPeer, meeting: Meeting): Promise<void> {
  const { suite, credentials } = meeting;
  const { server, client } = await certificates(meeting);
  const root = await pki.root();
  const ours = await startTlsServer(t, {
    ...{ cipherSuites: [suite.name], securityLevel: 0 },
    ...(credentials === 'psk'
      ? { psk: { [client1.identity]: client1.key } }
      : { cert: server.chainPem, key: server.keyPem, ca: root.pem, requestCert: true }),
  });
  const accepted = nextConnection(ours.server);
  const theirs = peer.startClient(t, ours.port, {
    ...{ transport: 'stream', suite },
    ...(credentials === 'psk' ? { psk: client1 } : { certificate: client, trust: [root] }),
  });
  await theirs.waitFor(peer.prints.connected(suite));
  const socket = await accepted;
  t.is(socket.protocol, `TLSv${meeting.version}`);
  t.true(socket.authorized);
  if (credentials === 'psk') t.is(socket.pskIdentity, client1.identity);
  else t.is(socket.peerCertificate?.fingerprint256, client.x509.fingerprint256);
  const question = once(socket, 'data') as Promise<[Buffer]>;
  theirs.writeLine('from their client');
  t.regex((await within(10_000, 'their line', question))[0].toString(), /from their client/);
  socket.end('from our server\n');
  await theirs.waitFor(/from our server/);
  await theirs.waitFor(peer.prints.closed);
}

for (const meeting of meetings) {
  for (const peer of peersOf(meeting.version)) {
    const title = `TLS ${meeting.version}, ${meeting.credentials}`;
    testWith(peer.tool, `${title}: our client with a server on ${peer.name}`, async (t) => {
      await withTheirServer(t, peer, meeting);
    });
    testWith(peer.tool, `${title}: our server with a client on ${peer.name}`, async (t) => {
      await withTheirClient(t, peer, meeting);
    });
  }
}
