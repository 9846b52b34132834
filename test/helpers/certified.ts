/** Our own server and client with certificates of the tests' authority: on loopback, on a free port, closed with the test. */
import type { ExecutionContext } from 'ava';
import { type ConnectOptions, connect, DtlsServer, type DtlsServerOptions, type DtlsSocket } from 'lwm2m-tls';
import { quickTimeouts } from './ours.js';
import { type CertifiedKey, pki } from './pki.js';
import { recordLayer } from './record-layer.js';

/** Certificate chain and key as the options have them. */
export function identityOf(certified: CertifiedKey): { cert: string; key: string } {
  return { cert: certified.chainPem, key: certified.keyPem };
}

/** A server with a certificate for localhost, 127.0.0.1 and ::1 that echoes what it gets. */
export async function startCertifiedServer(
  t: ExecutionContext,
  options: Partial<DtlsServerOptions> = {},
): Promise<{ server: DtlsServer; port: number }> {
  const common = { handshakeTimeouts: quickTimeouts, recordLayer };
  const server = new DtlsServer({ ...identityOf(await pki.server()), ...common, ...options });
  t.teardown(async () => server.close());
  server.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(message));
  });
  const { port } = await server.listen({ host: '127.0.0.1' });
  return { server, port };
}

/** A connected client that trusts the tests' root. */
export async function dialCertified(
  t: ExecutionContext,
  port: number,
  options: Partial<ConnectOptions> = {},
): Promise<DtlsSocket> {
  const ca = (await pki.root()).pem;
  const common = { host: '127.0.0.1', ca, handshakeTimeouts: quickTimeouts, recordLayer };
  const socket = await connect({ ...common, port, ...options });
  t.teardown(async () => socket.close());
  return socket;
}
