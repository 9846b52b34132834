/** Sockets with a bad network below, as tests of fault injection need them. */
import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { ConnectOptions, DtlsServer, DtlsServerOptions, DtlsSocket, FaultOptions } from 'lwm2m-tls';
import { dial, echo, Inbox, quickTimeouts, startServer } from './ours.js';
import { until, within } from './within.js';

export interface FaultyPair {
  server: DtlsServer;
  port: number;
  client: DtlsSocket;
  /** The server's end. */
  accepted: DtlsSocket;
  /** What has come to the server. */
  inbox: Inbox;
}

/** A client and its server, each with the option `faults`; by default without any yet. */
export async function faultyPair(
  t: ExecutionContext,
  faults: { client?: FaultOptions; server?: FaultOptions } = {},
  options: Partial<ConnectOptions & DtlsServerOptions> = {},
): Promise<FaultyPair> {
  const common = { handshakeTimeouts: quickTimeouts, ...options };
  const { server, port } = await startServer(t, { ...common, faults: faults.server ?? {} });
  const arrived = new Promise<{ accepted: DtlsSocket; inbox: Inbox }>((resolve) => {
    server.once('connection', (accepted: DtlsSocket) => resolve({ accepted, inbox: new Inbox(accepted) }));
  });
  const client = await dial(t, port, { ...common, faults: faults.client ?? {} });
  return { server, port, client, ...(await within(10_000, 'the connection', arrived)) };
}

/** Sends numbered messages and then, over a network that is good again, a last one: what had come when that came. */
export async function arrivals({ client, server, inbox }: FaultyPair, count: number): Promise<string[]> {
  for (let i = 0; i < count; i++) client.send(`${i}`);
  await new Promise((resolve) => setImmediate(resolve)); // they have left when the turn ends
  client.faults.clear();
  await until('all datagrams', () => server.faults.counters().receive.datagrams >= departures(client));
  server.faults.clear();
  client.send('last');
  while ((await inbox.next()) !== 'last');
  return inbox.received.slice(0, -1);
}

/** Datagrams that a client has sent, but for those that were lost on its side. */
function departures(client: DtlsSocket): number {
  const { datagrams, duplicated, lost, blackedOut, oversized } = client.faults.counters().send;
  return datagrams + duplicated - lost - blackedOut - oversized;
}

/** Whether an echo comes back. */
export async function answers({ client, accepted }: FaultyPair): Promise<boolean> {
  accepted.once('message', (message) => accepted.send(message));
  return (await echo(client, 'are you there?')) === 'are you there?';
}

/** The next message of a socket. */
export async function messageOf(socket: DtlsSocket): Promise<string> {
  const [message] = (await within(10_000, 'a message', once(socket, 'message'))) as [Buffer];
  return message.toString();
}
