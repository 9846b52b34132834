import type { NetBackend } from './backends/net-backend.js';
import { parseConfiguration, type SslConfiguration } from './config/configuration.js';
import { SocketCore } from './core/socket-core.js';
import { inContractTerms } from './errors/convert.js';
import './net-socket.js'; // sets createNetSocket
import type { NetSocket } from './net-socket.js';
import { createNetSocket } from './net-socket-factory.js';

/**
 * Creates a DTLS socket over UDP; nothing is opened yet. Throws a {@link ContractError}: `ERR_UNKNOWN_OPTION`, `EINVAL`,
 * `ENOTSUP` (a version or source that does not exist here), `EIO` (a file), `EPROTO` (credentials that cannot be parsed,
 * or do not belong together), `E2BIG`, `ENOBUFS` (a name), `EPIPE` (the callback). `_avs_net_create_dtls_socket`.
 *
 * @example
 * const socket = createDtlsSocket({ security: { mode: 'psk', identity: 'urn:dev:1', key: Buffer.from('secret') } });
 * await socket.connect('lwm2m.example', 5684);
 * await socket.send(request);
 * const answer = await socket.receiveMessage();
 * await socket.cleanup();
 */
export function createDtlsSocket(configuration: SslConfiguration): NetSocket {
  return createSocket('createDtlsSocket', configuration, 'datagram');
}

/** Creates a TLS socket over TCP; otherwise as {@link createDtlsSocket}. `_avs_net_create_ssl_socket`. */
export function createSslSocket(configuration: SslConfiguration): NetSocket {
  return createSocket('createSslSocket', configuration, 'stream');
}

/**
 * A DTLS socket over `backend`, which belongs to it when the promise resolves, and stays the caller's when it rejects.
 * `avs_net_dtls_socket_decorate_in_place`.
 */
export async function decorateDtlsSocketInPlace(
  backend: NetBackend,
  configuration: SslConfiguration,
): Promise<NetSocket> {
  return decorated(createDtlsSocket(configuration), backend);
}

/**
 * A TLS socket over `backend`; otherwise as {@link decorateDtlsSocketInPlace}. `avs_net_ssl_socket_decorate_in_place`.
 */
export async function decorateSslSocketInPlace(
  backend: NetBackend,
  configuration: SslConfiguration,
): Promise<NetSocket> {
  return decorated(createSslSocket(configuration), backend);
}

function createSocket(what: string, configuration: unknown, transport: 'datagram' | 'stream'): NetSocket {
  return inContractTerms(what, () => createNetSocket(new SocketCore(parseConfiguration(configuration, transport))));
}

async function decorated(socket: NetSocket, backend: NetBackend): Promise<NetSocket> {
  try {
    await socket.decorate(backend);
    return socket;
  } catch (error) {
    await socket.cleanup();
    throw error;
  }
}
