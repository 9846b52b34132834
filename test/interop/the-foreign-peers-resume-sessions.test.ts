/** The helpers themselves: every client program resumes with every server program, by id and by ticket. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { client1 } from '../helpers/credentials.js';
import { resumeAtOnce } from '../helpers/foreign/gnutls.js';
import type { ForeignPeer, PeerClientOptions, PeerServerOptions } from '../helpers/foreign/peer.js';
import { bothTools, peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { temporaryFolder } from '../helpers/pki.js';
import { ccm8, tls13Gcm } from '../helpers/suites.js';
import { until } from '../helpers/within.js';

/** Connects twice, or makes a program that keeps no sessions do so. Whether the second one resumed the first. */
async function resumes(
  t: ExecutionContext,
  server: ForeignPeer,
  client: ForeignPeer,
  options: PeerServerOptions,
): Promise<boolean> {
  const { port } = await server.startServer(t, options);
  const { sessions, ...common } = options;
  const clientOptions: PeerClientOptions = { ...common, tickets: sessions !== 'ids' };
  if (!client.sessionFiles) {
    // It would wait for ever for what never comes.
    const more = sessions === 'none' ? ['--resume'] : resumeAtOnce;
    const program = client.startClient(t, port, { ...clientOptions, more });
    await program.waitFor(/Handshake was completed[\s\S]*Handshake was completed/);
    return client.prints.resumed.test(program.output);
  }
  const session = path.join(temporaryFolder(t), 'session');
  await connect(t, client, port, { ...clientOptions, sessionOut: session }, async () => {
    if (sessions !== 'none') await until('a session in a file', () => existsSync(session));
  });
  // Mbed TLS writes down sessions that cannot be resumed, too.
  if (!existsSync(session)) return false;
  return connect(t, client, port, { ...clientOptions, sessionIn: session });
}

/** Whether it was a resumed session. */
async function connect(
  t: ExecutionContext,
  peer: ForeignPeer,
  port: number,
  options: PeerClientOptions,
  beforeLeaving = async (): Promise<void> => {},
): Promise<boolean> {
  const client = peer.startClient(t, port, options);
  await client.waitFor(peer.prints.connected(options.suite));
  await beforeLeaving();
  peer.leave(client);
  await client.exited;
  return peer.prints.resumed.test(client.output);
}

const protocols = [
  { name: 'DTLS 1.2', version: '1.2', options: { suite: ccm8, transport: 'datagram' } },
  { name: 'TLS 1.2', version: '1.2', options: { suite: ccm8, transport: 'stream' } },
  { name: 'TLS 1.3', version: '1.3', options: { suite: tls13Gcm, psk: client1, transport: 'stream' } },
] as const;

for (const { name, version, options } of protocols) {
  for (const server of peersOf(version)) {
    for (const client of peersOf(version)) {
      const pair = `${name}: ${client.name} with a server on ${server.name}`;
      for (const sessions of version === '1.3'
        ? (['tickets', 'none'] as const)
        : (['ids', 'tickets', 'none'] as const)) {
        testWith(bothTools(server, client), `${pair}, sessions: ${sessions}`, async (t) => {
          t.is(await resumes(t, server, client, { ...options, sessions }), sessions !== 'none');
        });
      }
    }
  }
}
