/**
 * Pairings as in `pairings.ts`, with certificates of both sides, so that flights take several datagrams. A pairing of
 * resumed sessions makes its session without the proxy, before.
 */
import { once } from 'node:events';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from './certified.js';
import { fetchSession } from './foreign/come-back.js';
import type { ForeignPeer, PeerClientOptions, PeerServerOptions } from './foreign/peer.js';
import { quickTimeouts } from './ours.js';
import { type Pairing, patientTimeouts } from './pairings.js';
import { pki, temporaryFolder } from './pki.js';
import { ecdsaCcm8 } from './suites.js';
import { within } from './within.js';

export interface Meeting {
  mtu: number;
  /** Default: a full handshake. */
  resumed?: 'tickets' | 'ids';
  /** Default true. A ticket holds the certificate, and may make a ClientHello too large for one datagram. */
  clientCertificate?: boolean;
}

const suite = ecdsaCcm8;

export async function certifiedOurs(t: ExecutionContext, meeting: Meeting): Promise<Pairing> {
  const { mtu, resumed, clientCertificate = true } = meeting;
  const { port } = await startOurs(t, meeting, quickTimeouts);
  const options = { ...(clientCertificate ? identityOf(await pki.client()) : {}), mtu };
  const session = resumed && (await dialCertified(t, port, options)).session;
  const exchange = async (through: number): Promise<void> => {
    const socket = await dialCertified(t, through, { ...options, session });
    t.like(socket, { authorized: true, resumed: resumed !== undefined });
    await askUntilAnswered(socket);
    await socket.close();
  };
  return async () => ({ serverPort: port, exchange });
}

export async function certifiedForeignClient(
  t: ExecutionContext,
  peer: ForeignPeer,
  meeting: Meeting,
): Promise<Pairing> {
  const { mtu, resumed } = meeting;
  const { port } = await startOurs(t, meeting, patientTimeouts);
  const options: PeerClientOptions = { suite, mtu, trust: [await pki.root()], certificate: await pki.client() };
  if (resumed) {
    const session = path.join(temporaryFolder(t), 'session');
    await fetchSession(t, peer, options, port, session);
    options.sessionIn = session;
  }
  const exchange = async (through: number): Promise<void> => {
    const client = peer.startClient(t, through, options);
    await client.waitFor(peer.prints.connected(suite));
    t.is(peer.prints.resumed.test(client.output), resumed !== undefined);
    await repeatUntil(
      () => client.writeLine('from the client'),
      // The programs do not print what they send: this is the echo.
      client.waitFor(/from the client/),
    );
    peer.leave(client);
    await client.exited;
  };
  return async () => ({ serverPort: port, exchange });
}

export async function certifiedForeignServer(
  t: ExecutionContext,
  peer: ForeignPeer,
  { mtu, resumed }: Meeting,
): Promise<Pairing> {
  const theirs: PeerServerOptions = {
    ...{ suite, mtu, trust: [await pki.root()], certificate: await pki.server(), clientCertificate: 'require' },
    ...(resumed ? { sessions: resumed } : {}),
  };
  const identity = identityOf(await pki.client());
  const ours = { ...identity, mtu, cipherSuites: [suite.id], handshakeTimeouts: patientTimeouts };
  return async () => {
    const { process, port } = await peer.startServer(t, theirs);
    // Nothing is repeated: gnutls-serv spins when something of a client comes behind its goodbye.
    const first = resumed && (await dialCertified(t, port, { ...ours, handshakeTimeouts: { min: 5_000, max: 5_000 } }));
    const session = first?.session;
    await first?.close();
    const exchange = async (through: number): Promise<void> => {
      const socket = await dialCertified(t, through, { ...ours, session });
      t.like(socket, { authorized: true, resumed: resumed !== undefined });
      const answer = once(socket, 'message');
      await repeatUntil(() => socket.send('from our client\n'), process.waitFor(/from our client/));
      if (!peer.echoes) process.writeLine('from the server');
      await within(10_000, 'an answer', answer);
      await socket.close();
      await process.stop();
    };
    return { serverPort: port, exchange };
  };
}

async function startOurs(
  t: ExecutionContext,
  { mtu, resumed, clientCertificate: requestCert = true }: Meeting,
  handshakeTimeouts: { min: number; max: number },
): Promise<{ port: number }> {
  const sessions = { tickets: resumed !== 'ids' };
  return startCertifiedServer(t, { ca: (await pki.root()).pem, requestCert, mtu, sessions, handshakeTimeouts });
}

async function askUntilAnswered(socket: DtlsSocket): Promise<void> {
  await repeatUntil(() => socket.send('ping'), once(socket, 'message'));
}

/**
 * A message is not sent again by anybody else: the one behind a lost flight, which a client that resumes sends last, may
 * be too early for the server.
 */
async function repeatUntil(action: () => void, done: Promise<unknown>): Promise<void> {
  action();
  // Seldom enough for a peer whose clock begins again with each datagram.
  const timer = setInterval(action, 2_500);
  try {
    await within(20_000, 'an answer', done);
  } finally {
    clearInterval(timer);
  }
}
