export {
  type Address,
  type CipherSuite,
  cipherSuites,
  opensslVersion,
  type TlsaRecord,
  type UdpBackend,
} from './binding.js';
export { Capture } from './capture/capture.js';
export { connect } from './client/connect.js';
export * from './contract/index.js';
export {
  type ClientConnectErrorMessage,
  type ClientConnectFinishMessage,
  type ClientConnectionCloseMessage,
  type ClientConnectMessage,
  type ClientConnectStartMessage,
  type ConnectionCloseMessage,
  type DiagnosticsProtocol,
  diagnosticsChannels,
  type ServerCloseMessage,
  type ServerConnectionCloseMessage,
  type ServerHandshakeErrorMessage,
  type ServerHandshakeFinishMessage,
  type ServerListeningMessage,
  type ServerMessage,
} from './diagnostics.js';
export { ClientError, type FailedClient } from './errors/client-error.js';
export { TlsError, type TlsErrorCode, type TlsErrorDetails } from './errors/tls-error.js';
export type { ServerCounters } from './events/counters.js';
export type { DirectionFaultCounters, FaultCounters, RuleFaultCounters } from './faults/fault-counters.js';
export type { FaultInjector } from './faults/fault-injector.js';
export type {
  BlackoutFault,
  CorruptFault,
  DelayFault,
  DuplicateFault,
  FaultOptions,
  FaultRule,
  FaultSelection,
  HandshakeMessage,
  LoseFault,
  MtuFault,
  RebindFault,
  RecordKind,
  ReorderFault,
  TruncateFault,
} from './faults/fault-options.js';
export { DtlsServerGroup, type DtlsServerGroupEvents } from './group/dtls-server-group.js';
export type { DtlsServerGroupOptions, GroupListenOptions } from './group/group-options.js';
export type { GroupWorker } from './group/group-worker.js';
export type { CreateGroupServer, GroupWorkerContext } from './group/worker-context.js';
export type { AdmissionOptions } from './options/admission.js';
export type { AlgorithmOptions } from './options/algorithms.js';
export type { CaptureOptions } from './options/capture.js';
export type { CertificateOptions, PemOrDer } from './options/certificates.js';
export type { ConnectOptions } from './options/client-options.js';
export type { ClientSecurityOptions } from './options/client-security.js';
export type { DtlsOptions, RecordLayer } from './options/dtls-options.js';
export type { HandshakeTimeouts } from './options/handshake-timeouts.js';
export type { ListenOptions } from './options/listen-options.js';
export type { PskCredentials, PskSource } from './options/psk.js';
export type {
  AskingClient,
  ClientAdmission,
  ContextSelection,
  PskLookup,
  QuestionOptions,
} from './options/questions.js';
export type { ServerNameOptions } from './options/server-name.js';
export type { DtlsServerOptions } from './options/server-options.js';
export type { ServerIdentityOptions, ServerSecurityOptions } from './options/server-security.js';
export type { SessionOptions, SessionStore, StoredSession, TicketKeyStore } from './options/sessions.js';
export type { DaneOptions, TrustOptions } from './options/trust.js';
export type { DtlsVersion, TlsVersion, VersionOptions } from './options/versions.js';
export { PskStore } from './psk-store.js';
export { DtlsServer, type DtlsServerEvents } from './server/dtls-server.js';
export { MemorySessionStore, type MemorySessionStoreOptions } from './server/memory-session-store.js';
export { MemoryTicketKeyStore } from './server/memory-ticket-key-store.js';
export { DtlsSocket, type DtlsSocketEvents } from './socket/dtls-socket.js';
export { connectTls } from './tls/connect-tls.js';
export type { ConnectTlsOptions } from './tls/tls-client-options.js';
export type { TlsOptions } from './tls/tls-options.js';
export { TlsServer, type TlsServerEvents } from './tls/tls-server.js';
export type { TlsServerCounters } from './tls/tls-server-counters.js';
export type { TlsListenOptions, TlsServerOptions } from './tls/tls-server-options.js';
export { TlsSocket } from './tls/tls-socket.js';
export type { TlsSocketEmitting, TlsSocketEvents, TlsSocketListening } from './tls/tls-socket-events.js';
