/**
 * A client and a server, ready to meet through a proxy: every pair in which one side is ours. `exchange` makes the
 * handshake, sends application data both ways, checks it on both sides and says goodbye.
 */
import type { ExecutionContext } from 'ava';
import type { ConnectOptions, DtlsServerOptions } from 'lwm2m-tls';
import type { ForeignClient } from './foreign/foreign-client.js';
import { startGnutlsServer } from './foreign/gnutls.js';
import { serverCipherLine, startOpensslServer } from './foreign/openssl.js';
import type { Tool } from './foreign/tools.js';
import { dial, echo, Inbox, quickTimeouts, startEchoServer } from './ours.js';
import type { Suite } from './suites.js';
import { watch, watchServer } from './watch.js';

export { watch, watchServer };

export interface Pair {
  serverPort: number;
  /** `port` leads to the server. */
  exchange(port: number): Promise<void>;
}

/** Called once per run; what can serve several runs is shared between them. */
export type Pairing = () => Promise<Pair>;

export interface OurOptions {
  server?: Partial<DtlsServerOptions>;
  client?: Partial<ConnectOptions>;
}

/** Patient enough not to repeat a flight just because the machine is busy. */
export const patientTimeouts = { min: 250, max: 4000 };

export async function oursWithOurs(t: ExecutionContext, options: OurOptions = {}): Promise<Pairing> {
  const { port } = await startEchoServer(t, { handshakeTimeouts: quickTimeouts, ...options.server });
  const exchange = async (through: number): Promise<void> => {
    const socket = await dial(t, through, { handshakeTimeouts: quickTimeouts, ...options.client });
    t.is(await echo(socket, 'ping'), 'ping');
    await socket.close();
  };
  return async () => ({ serverPort: port, exchange });
}

export async function foreignClientWithOurs(
  t: ExecutionContext,
  foreign: ForeignClient,
  tool: Tool,
  suite: Suite,
): Promise<Pairing> {
  const { port } = await startEchoServer(t, { handshakeTimeouts: patientTimeouts });
  const exchange = async (through: number): Promise<void> => {
    const client = watch(t, foreign.start(tool, through, { suite }));
    await client.waitFor(foreign.connected(suite));
    client.writeLine('from the client');
    // The programs do not print what they send: this is the echo.
    await client.waitFor(/from the client/);
    foreign.leave(client);
    await client.exited;
  };
  return async () => ({ serverPort: port, exchange });
}

export function oursWithOpensslServer(t: ExecutionContext, tool: Tool, suite: Suite, more: string[] = []): Pairing {
  return async () => {
    const { process, port } = watchServer(t, await startOpensslServer(tool, { suite, more }));
    const exchange = async (through: number): Promise<void> => {
      const socket = await dial(t, through, { handshakeTimeouts: patientTimeouts });
      const inbox = new Inbox(socket);
      await process.waitFor(serverCipherLine(suite));
      socket.send('from our client\n');
      await process.waitFor(/from our client/);
      process.writeLine('from the server');
      t.is(await inbox.next(), 'from the server\n');
      await socket.close();
    };
    return { serverPort: port, exchange };
  };
}

export function oursWithGnutlsServer(t: ExecutionContext, tool: Tool, suite: Suite): Pairing {
  return async () => {
    const { port } = watchServer(t, await startGnutlsServer(tool, { suite }));
    const exchange = async (through: number): Promise<void> => {
      const socket = await dial(t, through, { handshakeTimeouts: patientTimeouts });
      t.is(await echo(socket, 'ping\n'), 'ping\n');
      await socket.close();
    };
    return { serverPort: port, exchange };
  };
}
