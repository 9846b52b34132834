/** The `coap` package over our sockets: on loopback, closed when the test ends. */
import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import coap from 'coap';
import type { DtlsServerOptions } from 'lwm2m-tls';
import {
  type ClientSocketOptions,
  createClientSocket,
  createServerSocket,
  type DtlsClientSocket,
  type DtlsRemoteInfo,
  type DtlsServerSocket,
} from 'lwm2m-tls/dgram';
import { client1, textKeyed } from './credentials.js';
import { suites } from './suites.js';
import { within } from './within.js';

export type Request = coap.IncomingMessage;
export type Response = coap.OutgoingMessage;

const cipherSuites = suites.map(({ name }) => name);
const psk = new Map([client1, textKeyed].map(({ identity, key }) => [identity, key]));

/** A server of node-coap. */
export async function serveCoap(
  t: ExecutionContext,
  listener: (request: Request, response: Response) => void,
  { coapOptions = {}, ...options }: Partial<DtlsServerOptions> & { coapOptions?: coap.CoapServerOptions } = {},
): Promise<{ socket: DtlsServerSocket; port: number }> {
  const socket = await bindServer(t, options);
  const server = coap.createServer(coapOptions);
  server.on('request', listener);
  server.listen(socket);
  t.teardown(() => server.close());
  return { socket, port: socket.address().port };
}

/** A server socket, bound. */
export async function bindServer(
  t: ExecutionContext,
  options: Partial<DtlsServerOptions> = {},
): Promise<DtlsServerSocket> {
  const socket = createServerSocket({ psk, cipherSuites, ...options });
  t.teardown(async () => socket[Symbol.asyncDispose]());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

export function clientSocket(t: ExecutionContext, options: ClientSocketOptions = {}): DtlsClientSocket {
  const socket = createClientSocket({ psk: client1, cipherSuites, ...options });
  t.teardown(async () => socket[Symbol.asyncDispose]());
  return socket;
}

/** An agent of node-coap. */
export function coapAgent(
  t: ExecutionContext,
  options: ClientSocketOptions = {},
): { agent: coap.Agent; socket: DtlsClientSocket } {
  const socket = clientSocket(t, options);
  const agent = new coap.Agent({ socket });
  t.teardown(() => agent.close());
  return { agent, socket };
}

/** One request, as far as its response; an observation goes on. */
export async function ask(
  agent: coap.Agent,
  port: number,
  parameters: coap.CoapRequestParams = {},
  payload?: Buffer | string,
): Promise<Request> {
  const request = coap.request({ agent, hostname: '127.0.0.1', port, ...parameters });
  const answered = once(request, 'response') as Promise<[Request]>;
  request.end(payload);
  const [response] = await within(20_000, `the answer of ${parameters.pathname ?? '/'}`, answered);
  return response;
}

/** Of a request or response. */
export function remoteOf({ rsinfo }: Request): DtlsRemoteInfo {
  return rsinfo as DtlsRemoteInfo;
}

/** Bytes that tell where they belong. */
export function numbered(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
}
