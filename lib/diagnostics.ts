import { channel } from 'node:diagnostics_channel';
import type { Address } from './binding.js';
import type { ClientError } from './errors/client-error.js';
import type { TlsError } from './errors/tls-error.js';
import type { DtlsServer } from './server/dtls-server.js';
import type { DtlsSocket } from './socket/dtls-socket.js';
import type { TlsServer } from './tls/tls-server.js';
import type { TlsSocket } from './tls/tls-socket.js';

/**
 * Names of the channels of `node:diagnostics_channel` that servers and clients publish on, each with a message type of its
 * own: {@link ServerListeningMessage} and so on. A message never holds a key, and is not made while nobody subscribes. What
 * a subscriber throws becomes an `'uncaughtException'` and changes nothing else.
 *
 * @example
 * subscribe(diagnosticsChannels.serverHandshakeError, (message) => {
 *   const { error } = message as ServerHandshakeErrorMessage;
 *   console.log(error.code, error.remoteAddress);
 * });
 */
export const diagnosticsChannels = Object.freeze({
  /** The port is open: right before the event `'listening'`. */
  serverListening: 'lwm2m-tls:server.listening',
  /** The server is closed: right before its event `'close'`. */
  serverClose: 'lwm2m-tls:server.close',
  /** A client has completed its handshake: right before the event `'connection'`. */
  serverHandshakeFinish: 'lwm2m-tls:server.handshake.finish',
  /** A client has not: right before the event `'clientError'`. */
  serverHandshakeError: 'lwm2m-tls:server.handshake.error',
  /** A connection that was published by `serverHandshakeFinish` has ended: right before the socket's event `'close'`. */
  serverConnectionClose: 'lwm2m-tls:server.connection.close',
  /** `connect()` or `connectTls()` begins, after its options were found good. */
  clientConnectStart: 'lwm2m-tls:client.connect.start',
  /** It has succeeded: right before its promise resolves. */
  clientConnectFinish: 'lwm2m-tls:client.connect.finish',
  /** It has failed: right before its promise rejects. */
  clientConnectError: 'lwm2m-tls:client.connect.error',
  /** A client's established connection has ended: right before the socket's event `'close'`. */
  clientConnectionClose: 'lwm2m-tls:client.connection.close',
});

/** Which of the two transports a message is about: `DtlsServer` and `connect()`, or `TlsServer` and `connectTls()`. */
export type DiagnosticsProtocol = 'dtls' | 'tls';

/** What all messages of servers have. */
export interface ServerMessage {
  /** Whether `server` is a `DtlsServer` or a `TlsServer`. */
  readonly protocol: DiagnosticsProtocol;
  /** The one that publishes. */
  readonly server: DtlsServer | TlsServer;
}

/** On {@link diagnosticsChannels}`.serverListening`. */
export interface ServerListeningMessage extends ServerMessage {
  /** Where it listens. */
  readonly address: Address;
}

/** On {@link diagnosticsChannels}`.serverClose`. */
export interface ServerCloseMessage extends ServerMessage {}

/** On {@link diagnosticsChannels}`.serverHandshakeFinish`. */
export interface ServerHandshakeFinishMessage extends ServerMessage {
  /** Who connected, from where, and how. */
  readonly socket: DtlsSocket | TlsSocket;
}

/** On {@link diagnosticsChannels}`.serverHandshakeError`. */
export interface ServerHandshakeErrorMessage extends ServerMessage {
  /** Who failed, and why: `remoteAddress`, `remotePort`, `code`. */
  readonly error: ClientError;
}

/** What both messages about the end of a connection have. */
export interface ConnectionCloseMessage {
  /** Whether `socket` is a `DtlsSocket` or a `TlsSocket`. */
  readonly protocol: DiagnosticsProtocol;
  /** Addresses and traffic can still be read. */
  readonly socket: DtlsSocket | TlsSocket;
  /** Why the connection failed; undefined when it ended in order. */
  readonly error: Error | undefined;
}

/** On {@link diagnosticsChannels}`.serverConnectionClose`. */
export interface ServerConnectionCloseMessage extends ServerMessage, ConnectionCloseMessage {}

/** On {@link diagnosticsChannels}`.clientConnectionClose`. */
export interface ClientConnectionCloseMessage extends ConnectionCloseMessage {}

/** What all messages about one call of `connect()` or `connectTls()` have. */
export interface ClientConnectMessage {
  /** Which of the two was called. */
  readonly protocol: DiagnosticsProtocol;
  /** A number that no other call of this thread has: it makes a pair of the beginning and the end. */
  readonly attempt: number;
  /** The option of that name; undefined for `connectTls()` over a stream of the caller's. */
  readonly host: string | undefined;
  /** As `host`. */
  readonly port: number | undefined;
}

/** On {@link diagnosticsChannels}`.clientConnectStart`. */
export interface ClientConnectStartMessage extends ClientConnectMessage {}

/** On {@link diagnosticsChannels}`.clientConnectFinish`. */
export interface ClientConnectFinishMessage extends ClientConnectMessage {
  /** What the promise resolves with. */
  readonly socket: DtlsSocket | TlsSocket;
}

/** On {@link diagnosticsChannels}`.clientConnectError`. */
export interface ClientConnectErrorMessage extends ClientConnectMessage {
  /** What the promise rejects with. */
  readonly error: TlsError;
}

const serverListening = channel(diagnosticsChannels.serverListening);
const serverClose = channel(diagnosticsChannels.serverClose);
const serverHandshakeFinish = channel(diagnosticsChannels.serverHandshakeFinish);
const serverHandshakeError = channel(diagnosticsChannels.serverHandshakeError);
const serverConnectionClose = channel(diagnosticsChannels.serverConnectionClose);
const clientConnectStart = channel(diagnosticsChannels.clientConnectStart);
const clientConnectFinish = channel(diagnosticsChannels.clientConnectFinish);
const clientConnectError = channel(diagnosticsChannels.clientConnectError);
const clientConnectionClose = channel(diagnosticsChannels.clientConnectionClose);

export function publishListening(protocol: DiagnosticsProtocol, server: DtlsServer | TlsServer): void {
  if (!serverListening.hasSubscribers) return;
  serverListening.publish({ protocol, server, address: server.address() } satisfies ServerListeningMessage);
}

export function publishServerClose(protocol: DiagnosticsProtocol, server: DtlsServer | TlsServer): void {
  if (!serverClose.hasSubscribers) return;
  serverClose.publish({ protocol, server } satisfies ServerCloseMessage);
}

/** Who has a socket, or makes it when somebody asks. */
interface SocketHolder {
  readonly socket: DtlsSocket | TlsSocket;
}

export function publishHandshake(
  protocol: DiagnosticsProtocol,
  server: DtlsServer | TlsServer,
  peer: SocketHolder,
): void {
  if (!serverHandshakeFinish.hasSubscribers) return;
  serverHandshakeFinish.publish({ protocol, server, socket: peer.socket } satisfies ServerHandshakeFinishMessage);
}

export function publishHandshakeError(
  protocol: DiagnosticsProtocol,
  server: DtlsServer | TlsServer,
  error: ClientError,
): void {
  if (!serverHandshakeError.hasSubscribers) return;
  serverHandshakeError.publish({ protocol, server, error } satisfies ServerHandshakeErrorMessage);
}

/** Of a client's connection when `server` is undefined. */
export function publishConnectionClose(
  protocol: DiagnosticsProtocol,
  server: DtlsServer | TlsServer | undefined,
  peer: SocketHolder,
  error: Error | undefined,
): void {
  if (server === undefined) {
    if (!clientConnectionClose.hasSubscribers) return;
    clientConnectionClose.publish({ protocol, socket: peer.socket, error } satisfies ClientConnectionCloseMessage);
  } else if (serverConnectionClose.hasSubscribers) {
    serverConnectionClose.publish({
      protocol,
      server,
      socket: peer.socket,
      error,
    } satisfies ServerConnectionCloseMessage);
  }
}

/** Publishes the beginning and the end of `connecting`, or neither: when nobody subscribes as it begins. */
export function publishConnect<Socket extends DtlsSocket | TlsSocket>(
  protocol: DiagnosticsProtocol,
  host: string | undefined,
  port: number | undefined,
  connecting: () => Promise<Socket>,
): Promise<Socket> {
  const heard =
    clientConnectStart.hasSubscribers || clientConnectFinish.hasSubscribers || clientConnectError.hasSubscribers;
  if (!heard) return connecting();
  attempts += 1;
  return publishedConnect({ protocol, attempt: attempts, host, port }, connecting);
}

async function publishedConnect<Socket extends DtlsSocket | TlsSocket>(
  call: ClientConnectMessage,
  connecting: () => Promise<Socket>,
): Promise<Socket> {
  clientConnectStart.publish({ ...call } satisfies ClientConnectStartMessage);
  try {
    const socket = await connecting();
    clientConnectFinish.publish({ ...call, socket } satisfies ClientConnectFinishMessage);
    return socket;
  } catch (error) {
    clientConnectError.publish({ ...call, error: error as TlsError } satisfies ClientConnectErrorMessage);
    throw error;
  }
}

let attempts = 0;
