/** Servers for contract sockets, one for each protocol version, and the certificates of both ends. */
import type { ExecutionContext } from 'ava';
import {
  type CertificateSecurity,
  createDtlsSocket,
  createSslSocket,
  credentials,
  DtlsServer,
  type NetSocket,
  SocketOption,
  type SslConfiguration,
  SslVersion,
  TlsServer,
} from 'lwm2m-tls';
import { type CertifiedKey, pki } from './pki.js';

export const protocols = ['DTLS 1.2', 'TLS 1.2', 'TLS 1.3'] as const;
export type Protocol = (typeof protocols)[number];

/** What the servers of both transports understand. */
export type ServerOptions = Omit<
  NonNullable<ConstructorParameters<typeof DtlsServer>[0] & ConstructorParameters<typeof TlsServer>[0]>,
  'minVersion' | 'maxVersion'
>;

/** An echo server on a free port of 127.0.0.1 that speaks only this version. */
export async function startServer(
  t: ExecutionContext,
  protocol: Protocol,
  options: ServerOptions,
): Promise<{ server: DtlsServer | TlsServer; port: number }> {
  const server = protocol === 'DTLS 1.2' ? echoOverDatagrams(options) : echoOverStream(protocol, options);
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port };
}

function echoOverDatagrams(options: ServerOptions): DtlsServer {
  const server = new DtlsServer(options);
  server.on('connection', (peer) => peer.on('message', (message) => peer.send(message)));
  return server;
}

function echoOverStream(protocol: 'TLS 1.2' | 'TLS 1.3', options: ServerOptions): TlsServer {
  const version = protocol === 'TLS 1.2' ? 'TLSv1.2' : 'TLSv1.3';
  const server = new TlsServer({ ...options, minVersion: version, maxVersion: version });
  server.on('connection', (peer) => {
    peer.on('error', () => {});
    peer.pipe(peer);
  });
  return server;
}

/** A contract socket for the transport of the protocol; it waits two seconds at most where the contract has a limit. */
export function socketFor(t: ExecutionContext, protocol: Protocol, configuration: SslConfiguration): NetSocket {
  const create = protocol === 'DTLS 1.2' ? createDtlsSocket : createSslSocket;
  const timeouts = protocol === 'DTLS 1.2' ? { dtlsHandshakeTimeouts: { min: 1_000, max: 1_000 } } : {};
  const socket = create({ ...timeouts, ...configuration });
  socket.setOpt(SocketOption.recvTimeout, 2_000);
  t.teardown(() => socket.cleanup());
  return socket;
}

/** The lowest version that a socket has to ask for to get this protocol and none before it. */
export function versionOf(protocol: Protocol): SslVersion {
  return protocol === 'TLS 1.3' ? SslVersion.tlsv1_3 : SslVersion.tlsv1_2;
}

/** A server's certificate; the tests' own unless another is given. */
export async function serverIdentity(certified?: CertifiedKey): Promise<{ cert: string; key: string }> {
  const { chainPem, keyPem } = certified ?? (await pki.server());
  return { cert: chainPem, key: keyPem };
}

/** Verifies servers by the tests' root and nothing else. */
export async function verifying(anchors?: readonly CertifiedKey[]): Promise<CertificateSecurity> {
  const trusted = anchors ?? [await pki.root()];
  return {
    serverCertValidation: true,
    ignoreSystemTrustStore: true,
    trustedCerts: credentials.array(trusted.map(({ der }) => credentials.buffer(der))),
  };
}

/** What a client proves itself with, chain and key as DER. */
export function identified(certified: CertifiedKey): Pick<CertificateSecurity, 'clientCert' | 'clientKey'> {
  return {
    clientCert: credentials.array(certified.chain.map(({ der }) => credentials.buffer(der))),
    clientKey: credentials.buffer(certified.keyDer),
  };
}
