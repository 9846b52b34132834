/** Both ends of TLS connections as tests need them: ours and Node's own, on loopback, on free ports, closed with the test. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import tls from 'node:tls';
import type { ExecutionContext } from 'ava';
import {
  type ClientError,
  type ConnectTlsOptions,
  connectTls,
  TlsServer,
  type TlsServerOptions,
  type TlsSocket,
} from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { within } from '../helpers/within.js';

export const versions = ['TLSv1.2', 'TLSv1.3'] as const;
export type Version = (typeof versions)[number];

/** Nothing but one version. */
export function only(version: Version): { minVersion: Version; maxVersion: Version } {
  return { minVersion: version, maxVersion: version };
}

/** With the tests' server certificate, unless the options say who else it is. */
export async function startTlsServer(
  t: ExecutionContext,
  options: TlsServerOptions = {},
): Promise<{ server: TlsServer; port: number }> {
  const server = new TlsServer({ ...(await serverIdentity(options)), ...options });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1' });
  return { server, port };
}

export async function startTlsEchoServer(
  t: ExecutionContext,
  options: TlsServerOptions = {},
): Promise<{ server: TlsServer; port: number }> {
  const started = await startTlsServer(t, options);
  started.server.on('connection', (socket) => socket.pipe(socket));
  return started;
}

/** A connected client that trusts the tests' root. */
export async function dialTls(t: ExecutionContext, port: number, options: ConnectTlsOptions = {}): Promise<TlsSocket> {
  const socket = await connectTls({ ...(await clientTrust(options)), host: 'localhost', port, ...options });
  t.teardown(() => socket.close());
  return socket;
}

async function serverIdentity({ psk, cert }: TlsServerOptions): Promise<TlsServerOptions> {
  if (psk !== undefined || cert !== undefined) return {};
  const { chainPem, keyPem } = await pki.server();
  return { cert: chainPem, key: keyPem };
}

async function clientTrust({ psk, ca }: ConnectTlsOptions): Promise<ConnectTlsOptions> {
  return psk !== undefined || ca !== undefined ? {} : { ca: (await pki.root()).pem };
}

/** The next connection of a server. */
export async function nextConnection(server: TlsServer): Promise<TlsSocket> {
  const [socket] = await within(10_000, "'connection'", once(server, 'connection') as Promise<[TlsSocket]>);
  return socket;
}

/** The next client that fails. */
export async function nextClientError(server: TlsServer): Promise<ClientError> {
  const [error] = await within(10_000, "'clientError'", once(server, 'clientError') as Promise<[ClientError]>);
  return error;
}

/** The `node:tls` server of the tests' certificate; its connections are handed to `serve`. */
export async function startNodeServer(
  t: ExecutionContext,
  options: tls.TlsOptions,
  serve: (socket: tls.TLSSocket) => void = (socket) => void socket.pipe(socket),
): Promise<{ server: tls.Server; port: number }> {
  const { chainPem, keyPem } = await pki.server();
  const server = tls.createServer({ cert: chainPem, key: keyPem, ...options }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => sockets.add(socket));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** A connected `node:tls` client that trusts the tests' root. */
export async function dialNode(
  t: ExecutionContext,
  port: number,
  options: tls.ConnectionOptions = {},
): Promise<tls.TLSSocket> {
  const ca = (await pki.root()).pem;
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...options });
  t.teardown(() => void socket.destroy());
  await within(10_000, "'secureConnect'", once(socket, 'secureConnect'));
  socket.on('error', () => {});
  return socket;
}

/** For both roles of `node:tls`, which speaks PSK only when such a suite is asked for. */
export const nodePsk = {
  ciphers: 'PSK+AES128:@SECLEVEL=0',
  server: { pskCallback: (_socket: unknown, identity: string) => (identity === client1.identity ? client1.key : null) },
  client: {
    pskCallback: () => ({ psk: client1.key, identity: client1.identity }),
    checkServerIdentity: () => undefined,
  },
} as const;

/** All that comes until the end. Unlike an iteration over it, this leaves the other direction of a stream alone. */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject));
  return Buffer.concat(chunks);
}

/** Writes to an echoing peer and waits for as much to come back. */
export async function echoed(stream: Duplex, text: string): Promise<string> {
  const answer = readExactly(stream, Buffer.byteLength(text));
  stream.write(text);
  return (await within(10_000, `the echo of ${text}`, answer)).toString();
}

async function readExactly(stream: Duplex, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let missing = size; missing > 0; ) {
    const chunk = (stream.read(Math.min(missing, stream.readableLength) || undefined) ?? null) as Buffer | null;
    if (chunk === null) {
      await once(stream, 'readable');
      continue;
    }
    chunks.push(chunk);
    missing -= chunk.length;
  }
  return Buffer.concat(chunks);
}

/** Resolves when a stream has closed, whatever it ended with. */
export async function closed(stream: Duplex): Promise<void> {
  if (stream.closed) return;
  await within(10_000, "'close'", new Promise<void>((resolve) => stream.once('close', () => resolve())));
}

/** What a stream fails with. Ask before it can. */
export async function failure(stream: Duplex): Promise<Error & { code?: string }> {
  return within(10_000, "'error'", new Promise<Error>((resolve) => stream.once('error', resolve)));
}
