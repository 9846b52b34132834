/** Our own server and client as tests need them: on loopback, on a free port, closed when the test ends. */
import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import {
  type ClientError,
  type ConnectOptions,
  connect,
  DtlsServer,
  type DtlsServerOptions,
  type DtlsSocket,
} from 'lwm2m-tls';
import { client1, longNamed, textKeyed } from './credentials.js';
import { recordLayer } from './record-layer.js';
import { suites } from './suites.js';
import { within } from './within.js';

/** Both ways of doing I/O. */
export const udpBackends = ['mmsg', 'uv'] as const;

/** Quick enough for tests: transmissions at 0, 50, 150, 350, 750, 1550 and 3150 ms. */
export const quickTimeouts = { min: 50, max: 3200 };

const suiteNames = suites.map((suite) => suite.name);

/** A server that knows the tests' credentials and speaks the tests' suites. */
export async function startServer(
  t: ExecutionContext,
  options: Partial<DtlsServerOptions> = {},
): Promise<{ server: DtlsServer; port: number }> {
  const psk = new Map([client1, textKeyed, longNamed].map(({ identity, key }) => [identity, key]));
  const server = new DtlsServer({ psk, cipherSuites: suiteNames, recordLayer, ...options });
  t.teardown(async () => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port };
}

export async function startEchoServer(
  t: ExecutionContext,
  options: Partial<DtlsServerOptions> = {},
): Promise<{ server: DtlsServer; port: number }> {
  const started = await startServer(t, options);
  started.server.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(message));
  });
  return started;
}

/** A connected client. */
export async function dial(
  t: ExecutionContext,
  port: number,
  options: Partial<ConnectOptions> = {},
): Promise<DtlsSocket> {
  const common = { host: '127.0.0.1', psk: client1, cipherSuites: suiteNames, recordLayer };
  const socket = await connect({ ...common, port, ...options });
  t.teardown(async () => socket.close());
  return socket;
}

/** The next association of a server, with its messages kept from the first on. */
export async function nextConnection(server: DtlsServer): Promise<{ socket: DtlsSocket; inbox: Inbox }> {
  return new Promise((resolve) => {
    server.once('connection', (socket) => resolve({ socket, inbox: new Inbox(socket) }));
  });
}

/** Every `'clientError'` of a server from now on. */
export function clientErrors(server: DtlsServer): ClientError[] {
  const errors: ClientError[] = [];
  server.on('clientError', (error) => errors.push(error));
  return errors;
}

/** Messages of a socket in the order of arrival. Make it before the first can come. */
export class Inbox {
  /** All that came, taken out or not. */
  readonly received: string[] = [];
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(socket: DtlsSocket) {
    socket.on('message', (message) => {
      this.received.push(message.toString());
      this.#wake?.();
    });
  }

  async next(milliseconds = 10_000): Promise<string> {
    while (this.#taken === this.received.length) {
      const arrived = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(milliseconds, 'a message', arrived);
    }
    return this.received[this.#taken++]!;
  }
}

/** Sends over a connected client to an echoing peer and waits for the echo. */
export async function echo(socket: DtlsSocket, text: string): Promise<string> {
  const answer = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(text);
  const [message] = await within(10_000, `the echo of ${text}`, answer);
  return message.toString();
}

/** Resolves with `hadError` when the socket closes. Ask before it can: how it ended is not told afterwards. */
export async function closed(socket: DtlsSocket): Promise<boolean> {
  if (socket.state === 'closed') throw new Error('the socket has closed already');
  // Not once() of node:events, which rejects at an 'error' before.
  const end = new Promise<boolean>((resolve) => socket.once('close', resolve));
  return within(10_000, "'close'", end);
}
