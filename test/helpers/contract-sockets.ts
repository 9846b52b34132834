/** Contract sockets as tests need them: on loopback, cleaned up when the test ends. */
import type { ExecutionContext } from 'ava';
import {
  type ContractError,
  createDtlsSocket,
  createSslSocket,
  type NetSocket,
  type SecurityInfo,
  SocketOption,
  type SslConfiguration,
} from 'lwm2m-tls';
import { within } from './within.js';

export type Kind = 'DTLS' | 'TLS';
export const kinds: readonly Kind[] = ['DTLS', 'TLS'];

/** The keys of both ends of a pair. */
export const pskSecurity: SecurityInfo = { mode: 'psk', identity: 'device', key: Buffer.from('secret') };

/** A socket that no test has to clean up. */
export function makeSocket(t: ExecutionContext, kind: Kind, configuration: SslConfiguration = {}): NetSocket {
  const create = kind === 'DTLS' ? createDtlsSocket : createSslSocket;
  const socket = create({ security: pskSecurity, ...configuration });
  t.teardown(() => socket.cleanup());
  return socket;
}

/** A socket that is bound to a free port of 127.0.0.1. */
export async function boundSocket(
  t: ExecutionContext,
  kind: Kind,
  configuration: SslConfiguration = {},
): Promise<NetSocket> {
  const socket = makeSocket(t, kind, configuration);
  await socket.bind('127.0.0.1', 0);
  return socket;
}

/** Both ends of a connection, and the socket that accepted it. */
export interface Pair {
  client: NetSocket;
  server: NetSocket;
  listener: NetSocket;
}

export async function connectedPair(
  t: ExecutionContext,
  kind: Kind,
  client: SslConfiguration = {},
  server: SslConfiguration = {},
): Promise<Pair> {
  const listener = await boundSocket(t, kind, server);
  const pair = { client: makeSocket(t, kind, client), server: makeSocket(t, kind, server), listener };
  await meet(pair);
  return pair;
}

/** Connects the client of a pair to its listener, again if need be. */
export async function meet({ client, server, listener }: Pair): Promise<void> {
  const both = Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(server)]);
  await within(20_000, 'both ends of a handshake', both);
}

/** The text of the next message. */
export async function receiveText(socket: NetSocket): Promise<string> {
  return (await socket.receiveMessage()).toString();
}

/** What a promise of a socket rejects with. */
export async function failureOf(
  t: ExecutionContext,
  promise: Promise<unknown>,
  message?: string,
): Promise<ContractError> {
  return (await t.throwsAsync(within(20_000, message ?? 'a rejection', promise), { name: 'ContractError' }, message))!;
}

/** How long the next receive, and accept, of a socket may take. */
export function setRecvTimeout(socket: NetSocket, milliseconds: number): void {
  socket.setOpt(SocketOption.recvTimeout, milliseconds);
}
