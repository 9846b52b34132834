/** A foreign client that connects twice, the second time with the session of the first. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { DtlsServer } from 'lwm2m-tls';
import { attend } from '../attend.js';
import { FaultProxy } from '../fault-proxy.js';
import { nextConnection } from '../ours.js';
import { temporaryFolder } from '../pki.js';
import type { Program } from '../program.js';
import { until } from '../within.js';
import { resumeAtOnce } from './gnutls.js';
import type { ForeignPeer, PeerClientOptions } from './peer.js';

export interface OurServer {
  server: DtlsServer;
  port: number;
}

/** The second connection. */
export interface ComeBack {
  connection: Awaited<ReturnType<typeof nextConnection>>;
  client: Program;
  /** As the client says. */
  resumed: boolean;
}

/** `one` must give the client a session. Between the connections `between` is called. */
export async function comeBack(
  t: ExecutionContext,
  peer: ForeignPeer,
  options: PeerClientOptions,
  one: OurServer,
  other = one,
  between = (): void => {},
): Promise<ComeBack> {
  // A program that keeps no sessions connects twice to the same port.
  const proxy = attend(t, await FaultProxy.start({ server: { port: one.port } }));
  const second = new Promise<ComeBack['connection']>((resolve) => {
    one.server.once('connection', () => {
      proxy.redirect({ port: other.port });
      between();
      resolve(nextConnection(other.server));
    });
  });
  const connect = peer.sessionFiles ? connectTwice : connectTwiceAtOnce;
  const client = await connect(t, peer, options, proxy.port);
  return { connection: await second, client, resumed: peer.prints.resumed.test(client.output) };
}

async function connectTwice(
  t: ExecutionContext,
  peer: ForeignPeer,
  options: PeerClientOptions,
  port: number,
): Promise<Program> {
  const session = path.join(temporaryFolder(t), 'session');
  await fetchSession(t, peer, options, port, session);
  const client = peer.startClient(t, port, { ...options, sessionIn: session });
  await client.waitFor(peer.prints.connected(options.suite));
  return client;
}

/** A client connects once, and leaves its session in a file. With `sessionIn` in the options a newer one. */
export async function fetchSession(
  t: ExecutionContext,
  peer: ForeignPeer,
  options: PeerClientOptions,
  port: number,
  file: string,
): Promise<Program> {
  const client = peer.startClient(t, port, { ...options, sessionOut: file });
  await client.waitFor(peer.prints.connected(options.suite));
  await until('a session in a file', () => existsSync(file));
  peer.leave(client);
  await client.exited;
  return client;
}

async function connectTwiceAtOnce(
  t: ExecutionContext,
  peer: ForeignPeer,
  options: PeerClientOptions,
  port: number,
): Promise<Program> {
  const client = peer.startClient(t, port, { ...options, more: resumeAtOnce });
  await client.waitFor(/Handshake was completed[\s\S]*Handshake was completed/);
  return client;
}
