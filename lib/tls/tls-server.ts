import { EventEmitter } from 'node:events';
import { type AddressInfo, Server, type Socket } from 'node:net';
import { type InspectOptions, inspect } from 'node:util';
import type { Address } from '../binding.js';
import { streamTransport } from '../context.js';
import {
  publishConnectionClose,
  publishHandshake,
  publishHandshakeError,
  publishListening,
  publishServerClose,
} from '../diagnostics.js';
import { ClientError, type FailedClient } from '../errors/client-error.js';
import { rethrowLater } from '../errors/rethrow-later.js';
import { serverClosed } from '../errors/server-closed.js';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import { appendKeylog } from '../keylog.js';
import type { ServerIdentityOptions } from '../options/server-security.js';
import type { PskStore } from '../psk-store.js';
import { resolveListenHost } from '../resolve-host.js';
import { ServerSecurityContext } from '../server/server-security-context.js';
import { inspected } from '../socket/inspection.js';
import { linesOf } from './keylog-lines.js';
import { createTlsSocket } from './socket-factory.js';
import { TlsConnection, type TlsConnectionHandlers } from './tls-connection.js';
import { createTlsServerCounters, type TlsServerCounters } from './tls-server-counters.js';
import {
  parseTlsListenOptions,
  parseTlsServerOptions,
  type TlsListenOptions,
  type TlsListenSettings,
  type TlsServerOptions,
  type TlsServerSettings,
} from './tls-server-options.js';
import './tls-socket.js'; // sets createTlsSocket
import type { TlsSocket } from './tls-socket.js';

/** Events of a {@link TlsServer} and what their listeners get. */
export interface TlsServerEvents {
  /** The port is open; in the turn after `listen()`. */
  listening: [];
  /** A client has completed its handshake. */
  connection: [socket: TlsSocket];
  /** A client has not: wrong identity or key, bad certificate, no common cipher suite, timeout. The server is well. */
  clientError: [error: ClientError];
  /** A line in NSS key log format, with its line end. The first listener switches it on, for handshakes from then on. */
  keylog: [line: Buffer];
  /**
   * `sessions.store` or `sessions.ticketKeyStore` failed or was too late: `ERR_SESSION_STORE`; the message begins with its name
   * and the method. A client made a full handshake instead, or the ticket keys stay as they are until the store answers.
   */
  sessionStoreError: [error: TlsError];
  /** The end, after the `'close'` of all its sockets. */
  close: [];
}

/**
 * A TLS 1.2 and 1.3 server on one TCP port, for clients with pre-shared keys, with certificates, or both.
 *
 * @example
 * const server = new TlsServer({ cert, key });
 * server.on('connection', (socket) => socket.pipe(socket));
 * const { port } = await server.listen({ host: '127.0.0.1' });
 */
export class TlsServer extends EventEmitter<TlsServerEvents> {
  readonly #settings: TlsServerSettings;
  readonly #context: ServerSecurityContext;
  readonly #counters = createTlsServerCounters();
  readonly #server: Server;
  /** Everything that has a TCP socket, handshakes in progress and failed ones included. */
  readonly #connections = new Set<TlsConnection>();
  readonly #sockets = new Set<TlsSocket>();
  #state: 'idle' | 'opening' | 'listening' | 'closing' | 'closed' = 'idle';
  #address: Address | undefined;
  #closed: Promise<void> | undefined;
  readonly #opening = new AbortController();

  /** Throws for bad options; nothing is opened before `listen()`. */
  constructor(options: TlsServerOptions) {
    super();
    this.#settings = parseTlsServerOptions(options);
    const { security, keylogFile, noDelay, maxConnections } = this.#settings;
    this.#context = new ServerSecurityContext(security, streamTransport, keylogFile !== undefined, (error) => {
      this.emit('sessionStoreError', error);
    });
    this.#server = new Server({ allowHalfOpen: true, noDelay }, (tcp) => this.#accept(tcp));
    this.#server.maxConnections = maxConnections;
    this.#server.on('drop', () => {
      this.#counters.connectionsRefused += 1;
    });
    (this as EventEmitter).on('newListener', TlsServer.#onNewListener);
  }

  /** Who may connect with a pre-shared key; may change at any time. Throws `ERR_NO_PSK` when the server has no option `psk`. */
  get identities(): PskStore {
    return this.#context.identities;
  }

  /** As `DtlsServer.addContext()`: a certificate for clients that ask for `serverName`. */
  addContext(serverName: string, options: ServerIdentityOptions): void {
    this.#context.names.add(serverName, options);
  }

  /** As `DtlsServer.setTicketKeys()`: what tickets are encrypted with from now on. */
  setTicketKeys(keys: Uint8Array | readonly Uint8Array[]): void {
    this.#context.ticketKeys.set(keys);
  }

  /**
   * Opens the TCP port and resolves with its address. Rejects with `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`,
   * `ERR_ALREADY_LISTENING`, `ERR_CLOSED` (a closed server stays closed), or what the
   * system says: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `ENOTFOUND`. After such a failure it may be called again.
   */
  async listen(options: TlsListenOptions = {}): Promise<Address> {
    const settings = parseTlsListenOptions(options);
    if (this.#closed !== undefined) throw serverClosed('listen');
    if (this.#state !== 'idle') throw new TlsError('ERR_ALREADY_LISTENING', 'listen: the server listens already');
    this.#state = 'opening';
    try {
      const host = await resolveListenHost(settings.host, this.#opening.signal);
      await this.#context.ticketKeys.start();
      if (this.#closed !== undefined) throw serverClosed('listen');
      this.#address = await listening(this.#server, { ...settings, host });
    } catch (error) {
      this.#context.ticketKeys.stop();
      if (this.#closed !== undefined) throw serverClosed('listen');
      this.#state = 'idle';
      throw error;
    }
    this.#state = 'listening';
    this.#server.on('error', () => {
      this.#counters.acceptErrors += 1;
    });
    process.nextTick(() => {
      if (this.#state !== 'listening') return;
      publishListening('tls', this);
      this.emit('listening');
    });
    return this.address();
  }

  /** Where the server listens. Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`. */
  address(): Address {
    if (this.#closed !== undefined) throw serverClosed('address');
    if (this.#address === undefined) throw new TlsError('ERR_NOT_LISTENING', 'address: call listen() first');
    return { ...this.#address };
  }

  /** A snapshot. */
  counters(): Readonly<TlsServerCounters> {
    const connectionsHandshaking = [...this.#connections].filter(({ handshaking }) => handshaking).length;
    return Object.freeze({ ...this.#counters, connections: this.#sockets.size, connectionsHandshaking });
  }

  /** Number of established connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** The established connections. */
  *sockets(): IterableIterator<TlsSocket> {
    yield* this.#sockets;
  }

  /**
   * Closes the port, ends all connections as `TlsSocket.close()` does, and breaks off handshakes, in any state; a pending
   * `listen()` rejects with `ERR_CLOSED`. Idempotent. Resolves after `'close'`; never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The server keeps the process alive: the default. Its connections do that by themselves. */
  ref(): this {
    this.#server.ref();
    return this;
  }

  /** The process may end though the server listens. */
  unref(): this {
    this.#server.unref();
    return this;
  }

  /** For `console.log`: state, address and numbers; never an identity or a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { address, port } = this.#address ?? {};
    const { connections, connectionsHandshaking, handshakesCompleted, handshakesFailed } = this.counters();
    const fields = {
      ...{ state: this.#state, address, port, identities: this.#settings.security.psk?.size, connections },
      ...{ connectionsHandshaking, handshakesCompleted, handshakesFailed },
    };
    return inspected('TlsServer', fields, depth, options);
  }

  #accept(tcp: Socket): void {
    this.#counters.connectionsAccepted += 1;
    const { remoteAddress = '', remotePort = 0 } = tcp; // not there when it is gone already
    const { handshakeTimeout, allowHalfOpen } = this.#settings;
    const connection = new TlsConnection({
      transport: tcp,
      context: this.#context.native,
      parameters: null,
      what: `connection of ${remoteAddress} port ${remotePort}`,
      handshakeTimeout,
      handlers: this.#handlers,
    });
    const socket = createTlsSocket(connection, {
      ...{ role: 'server', allowHalfOpen, keylog: false },
      ...{ keylogFile: undefined, bindSession: undefined },
    });
    this.#connections.add(connection);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      this.#forgetRemovedSessions();
    });
    connection.established
      .then(
        () => this.#onEstablished(socket),
        (error: TlsError) => {
          const pskIdentity = connection.pskIdentity || undefined;
          this.#onClientFailed(error, { remoteAddress, remotePort, pskIdentity });
        },
      )
      .catch(rethrowLater);
    connection.start();
  }

  #onEstablished(socket: TlsSocket): void {
    this.#counters.handshakesCompleted += 1;
    if (socket.resumed) this.#counters.sessionsResumed += 1;
    this.#sockets.add(socket);
    const wanted = this.#state === 'listening';
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (wanted) publishConnectionClose('tls', this, { socket }, socket.errored ?? undefined);
    });
    if (!wanted) {
      void socket.close();
      return;
    }
    publishHandshake('tls', this, { socket });
    this.emit('connection', socket);
  }

  #onClientFailed(error: TlsError, client: FailedClient): void {
    this.#counters.handshakesFailed += 1;
    if (error.code === 'ETIMEDOUT') this.#counters.handshakesTimedOut += 1;
    if (error.code === 'ERR_ALERT_RECEIVED') this.#counters.alertsReceived += 1;
    if (this.#state !== 'listening') return;
    const clientError = new ClientError(error.code, error.message, client, error);
    publishHandshakeError('tls', this, clientError);
    this.emit('clientError', clientError);
  }

  /** libssl gives up the session of a connection that ended with a fatal alert. */
  #forgetRemovedSessions(): void {
    if (this.#context.storedSessions === undefined) return;
    for (const id of this.#context.native.takeRemovedSessions()) this.#context.storedSessions.forget(id);
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    this.#context.ticketKeys.stop();
    this.#opening.abort();
    const released = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) {
      if (connection.handshaking) connection.destroy();
    }
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
    await Promise.all([...this.#connections].map(({ closed }) => closed));
    await released;
    this.#state = 'closed';
    publishServerClose('tls', this);
    try {
      this.emit('close');
    } catch (error) {
      rethrowLater(error);
    }
  }

  readonly #handlers: TlsConnectionHandlers = {
    keylog: (lines) => {
      const { keylogFile } = this.#settings;
      if (keylogFile !== undefined) appendKeylog(keylogFile, lines);
      if (this.listenerCount('keylog') === 0) return;
      process.nextTick(() => {
        for (const line of linesOf(lines)) this.emit('keylog', line);
      });
    },
    session: (record) => {
      const idEnd = 1 + (record[0] ?? 0);
      this.#context.storedSessions?.keep(record.subarray(1, idEnd), record.subarray(idEnd));
    },
    sessionWanted: async (id) => (await this.#context.storedSessions?.find(id)) ?? null,
  };

  static #onNewListener(this: TlsServer, event: string | symbol): void {
    if (event === 'keylog') this.#context.names.enableKeylog();
  }
}

function listening(server: Server, { host, port, ipv6Only, backlog }: TlsListenSettings): Promise<Address> {
  const where = `${host === undefined ? '' : host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => settle(() => reject(systemError(`listen on ${where}`, error)));
    const onListening = () => settle(() => resolve(readAddress(server)));
    const onClose = () => settle(() => reject(serverClosed('listen')));
    const settle = (act: () => void) => {
      server.off('error', onError).off('listening', onListening).off('close', onClose);
      act();
    };
    server.on('error', onError).on('listening', onListening).on('close', onClose);
    server.listen({ host, port, ipv6Only, backlog, exclusive: true });
  });
}

function readAddress(server: Server): Address {
  const { address, port, family } = server.address() as AddressInfo;
  return { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' };
}
