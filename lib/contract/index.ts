export { createTcpBackend, createUdpBackend } from './backends/create-backend.js';
export { type DatagramBackendOptions, datagramBackend, type MessageEmitter } from './backends/datagram-backend.js';
export type { NetBackend } from './backends/net-backend.js';
export { type StreamBackendOptions, streamBackend } from './backends/stream-backend.js';
export type { BackendConfiguration, ResolvedEndpoint } from './config/backend-configuration.js';
export type { SslConfiguration } from './config/configuration.js';
export { type CredentialSource, credentials } from './config/credential-source.js';
export { DEFAULT_DTLS_HANDSHAKE_TIMEOUTS, type DtlsHandshakeTimeouts } from './config/handshake-timeouts.js';
export type { LibraryContext } from './config/library-context.js';
export { SslVersion } from './config/protocol-version.js';
export type { CertificateSecurity, PskSecurity, SecurityInfo } from './config/security.js';
export {
  createDtlsSocket,
  createSslSocket,
  decorateDtlsSocketInPlace,
  decorateSslSocketInPlace,
} from './create-socket.js';
export { ContractError, type ContractErrorDetails, type ErrorCategory } from './errors/contract-error.js';
export { cleanupGlobalSslState, clearBuffer, initializeGlobalSslState } from './global-state.js';
export { NetSocket } from './net-socket.js';
export { type SettableOptionValues, SocketOption, type SocketOptionValues } from './socket-option.js';
export { AddressFamily, SocketState } from './socket-state.js';
