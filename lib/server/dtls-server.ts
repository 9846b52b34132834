import { EventEmitter } from 'node:events';
import { type InspectOptions, inspect } from 'node:util';
import type { Address } from '../binding.js';
import '../capture/capture.js'; // sets startCapture
import type { Capture } from '../capture/capture.js';
import { startCapture } from '../capture/capture-factory.js';
import { datagramTransport } from '../context.js';
import {
  publishConnectionClose,
  publishHandshake,
  publishHandshakeError,
  publishListening,
  publishServerClose,
} from '../diagnostics.js';
import type { ClientError } from '../errors/client-error.js';
import { rethrowLater } from '../errors/rethrow-later.js';
import { serverClosed } from '../errors/server-closed.js';
import { describeErrno } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import { createCounters, readCounters, type ServerCounters } from '../events/counters.js';
import type { Endpoint, EndpointOwner } from '../events/endpoint.js';
import { openEndpoint } from '../events/reactor.js';
import type { ClientErrorRecord } from '../events/records.js';
import { FaultInjector, noFaults } from '../faults/fault-injector.js';
import { appendKeylog } from '../keylog.js';
import { type CaptureOptions, parseCapture } from '../options/capture.js';
import { type ListenOptions, type ListenSettings, parseListenOptions } from '../options/listen-options.js';
import { type DtlsServerOptions, parseServerOptions, type ServerSettings } from '../options/server-options.js';
import type { ServerIdentityOptions } from '../options/server-security.js';
import type { PskStore } from '../psk-store.js';
import { resolveListenHost } from '../resolve-host.js';
import type { DtlsSocket } from '../socket/dtls-socket.js';
import { inspected } from '../socket/inspection.js';
import { Peer } from '../socket/peer.js';
import { clientErrorOf } from './client-error-of.js';
import { type GroupPlace, setJoinGroup } from './join-group.js';
import { listenError, openAtAddress } from './listen-address.js';
import { Questions } from './questions.js';
import { setInternalsOf } from './server-internals.js';
import { ServerSecurityContext } from './server-security-context.js';

/** Events of a {@link DtlsServer} and what their listeners get. */
export interface DtlsServerEvents {
  /** The port is open; in the turn after `listen()`. */
  listening: [];
  /** A client has completed its handshake. */
  connection: [socket: DtlsSocket];
  /**
   * One message of a connection whose socket has no `'message'` listener of its own, and its socket. A server with this
   * listener alone needs the least memory for each connection: the socket is made with the first message.
   */
  message: [message: Buffer, socket: DtlsSocket];
  /**
   * A client has not: wrong identity or key, bad certificate, no common cipher suite, timeout, denied by `admit`, a
   * question without an answer. The server is well.
   */
  clientError: [error: ClientError];
  /** A line in NSS key log format, with its line end. The first listener switches it on, for handshakes from then on. */
  keylog: [line: Buffer];
  /**
   * `sessions.store` or `sessions.ticketKeyStore` failed or was too late: `ERR_SESSION_STORE`; the message begins with its name
   * and the method. A client made a full handshake instead, or the ticket keys stay as they are until the store answers.
   */
  sessionStoreError: [error: TlsError];
  /** The UDP socket failed for good; the server closes. */
  error: [error: TlsError];
  /** The end, after the `'close'` of all its sockets. */
  close: [];
}

/** With a descriptor where the socket is a group's. */
type ServerListenSettings = ListenSettings & { readonly descriptor?: number };

/**
 * A DTLS server on one UDP port, for clients with pre-shared keys, with certificates, or both.
 *
 * @example
 * const server = new DtlsServer({ psk: { device: Buffer.from('secret') } });
 * server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
 * const { port } = await server.listen({ host: '127.0.0.1' });
 */
export class DtlsServer extends EventEmitter<DtlsServerEvents> {
  readonly #settings: ServerSettings;
  readonly #context: ServerSecurityContext;
  readonly #questions: Questions;
  readonly #faults: FaultInjector | undefined;
  #counters = createCounters();
  #state: 'idle' | 'opening' | 'listening' | 'closing' | 'closed' = 'idle';
  #endpoint: Endpoint | undefined;
  #keepAlive = true;
  #closed: Promise<void> | undefined;
  #resolveClosed: (() => void) | undefined;
  readonly #opening = new AbortController();

  static {
    setJoinGroup((server, place) => server.#join(place));
    setInternalsOf((server) => ({ endpoint: server.#endpoint, context: server.#context.native }));
  }

  /** Throws for bad options; nothing is opened before `listen()`. */
  constructor(options: DtlsServerOptions) {
    super();
    this.#settings = parseServerOptions(options);
    const { security, keylogFile, capture, faults } = this.#settings;
    const logsKeys = keylogFile !== undefined || capture !== undefined;
    const transport = datagramTransport(this.#settings);
    this.#context = new ServerSecurityContext(security, transport, logsKeys, (error) => {
      this.emit('sessionStoreError', error);
    });
    this.#questions = new Questions(security.questions, (options) => this.#context.names.select(options));
    this.#faults = faults && new FaultInjector(faults, 'server');
    (this as EventEmitter).on('newListener', DtlsServer.#onNewListener);
  }

  /** Who may connect with a pre-shared key; may change at any time. Throws `ERR_NO_PSK` without the option `psk`. */
  get identities(): PskStore {
    return this.#context.identities;
  }

  /**
   * Gives clients that ask for a name (SNI) a certificate of its own. `serverName` is `'a.example'`, or `'*.example'` for
   * every name with one label in front; an exact name wins, a name that is added again is replaced. What is not in
   * `options` is as the server's own, `requestCert` and whom to trust included; `ca`, `systemTrust` and `crl` are replaced
   * together. Counts from the next handshake on. Throws `ERR_INVALID_OPTION`,
   * `ERR_UNKNOWN_OPTION`, `ERR_INVALID_CERTIFICATE`, `ERR_INVALID_KEY`, `ERR_KEY_MISMATCH`, `ERR_INVALID_CRL`.
   * `SSL_CTX_set_tlsext_servername_callback`.
   *
   * @example server.addContext('*.devices.example', { cert, key });
   */
  addContext(serverName: string, options: ServerIdentityOptions): void {
    this.#context.names.add(serverName, options);
  }

  /**
   * Replaces what tickets are encrypted with, as `sessions.ticketKeys`; from then on it is the caller who changes them, and
   * `sessions.ticketKeyStore` is not asked any more. Servers that share their keys resume each other's sessions: give all of
   * them the new key last, then put it first. The keys are copied. Throws `ERR_INVALID_OPTION`. `SSL_CTX_set_tlsext_ticket_key_cb`.
   */
  setTicketKeys(keys: Uint8Array | readonly Uint8Array[]): void {
    this.#context.ticketKeys.set(keys);
  }

  /**
   * Opens the UDP port and resolves with its address. Rejects with `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`,
   * `ERR_ALREADY_LISTENING`, `ERR_CLOSED` (a closed server stays closed), or what the
   * system says: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `ENOTFOUND`. After such a failure it may be called again.
   */
  async listen(options: ListenOptions = {}): Promise<Address> {
    return this.#listen(parseListenOptions(options));
  }

  async #listen(settings: ServerListenSettings): Promise<Address> {
    if (this.#closed !== undefined) throw serverClosed('listen');
    if (this.#state !== 'idle') throw new TlsError('ERR_ALREADY_LISTENING', 'listen: the server listens already');
    this.#state = 'opening';
    try {
      const address = await resolveListenHost(settings.host, this.#opening.signal);
      await this.#context.ticketKeys.start();
      if (this.#closed !== undefined) throw serverClosed('listen');
      this.#endpoint = this.#openCaptured(address, settings);
    } catch (error) {
      this.#context.ticketKeys.stop();
      if (this.#closed !== undefined) throw serverClosed('listen');
      this.#state = 'idle';
      throw error;
    }
    this.#state = 'listening';
    if (!this.#keepAlive) this.unref();
    process.nextTick(() => {
      if (this.#state !== 'listening') return;
      publishListening('dtls', this);
      this.emit('listening');
    });
    return this.address();
  }

  /** Where the server listens. Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`. */
  address(): Address {
    if (this.#closed !== undefined) throw serverClosed('address');
    if (this.#endpoint === undefined) throw new TlsError('ERR_NOT_LISTENING', 'address: call listen() first');
    return { ...this.#endpoint.localAddress };
  }

  /** A snapshot; of the last moment when the server is closed. */
  counters(): Readonly<ServerCounters> {
    return readCounters(this.#counters);
  }

  /** The bad network that the option `faults` has made, for all clients. Throws `ERR_NO_FAULTS` without it. */
  get faults(): FaultInjector {
    if (this.#faults === undefined) throw noFaults('the server');
    return this.#faults;
  }

  /**
   * Captures what this server receives and sends from now on into a file that Wireshark opens decrypted: of connections
   * whose handshake is in it, so not of those that exist already. Ends with `Capture.stop()`, or with the server. Throws
   * `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`, `ERR_NOT_LISTENING`, `ERR_CLOSED`, and what the system says of the file:
   * `ENOENT`, `EACCES`, ...; `EBUSY` when another capture writes to it.
   *
   * @example await using capture = server.startCapture({ file: 'failed.pcapng', when: 'failure' });
   */
  startCapture(options: CaptureOptions): Capture {
    const settings = parseCapture(options, 'startCapture');
    if (this.#closed !== undefined) throw serverClosed('startCapture');
    if (this.#endpoint === undefined) throw new TlsError('ERR_NOT_LISTENING', 'startCapture: call listen() first');
    const capture = startCapture(this.#endpoint, settings);
    this.#context.names.enableKeylog();
    return capture;
  }

  /** Number of established connections. */
  get connections(): number {
    return this.#endpoint?.peers.size ?? 0;
  }

  /** The established connections. */
  *sockets(): IterableIterator<DtlsSocket> {
    for (const { socket } of this.#endpoint?.peers.values() ?? []) yield socket;
  }

  /**
   * Sends close_notify to all clients and closes the port, in any state; a pending `listen()` rejects with `ERR_CLOSED`.
   * Idempotent. Resolves after `'close'`; never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#resolveClosed = resolve;
      this.#beginClose();
    });
    return this.#closed;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The server keeps the process alive: the default. */
  ref(): this {
    return this.#setKeepAlive(true);
  }

  /** The process may end though the server listens. */
  unref(): this {
    return this.#setKeepAlive(false);
  }

  /** For `console.log`: state, address and numbers; never an identity or a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { address, port } = this.#endpoint?.localAddress ?? {};
    const { peersHandshaking, handshakesCompleted, handshakesFailed } = this.counters();
    const fields = {
      ...{
        state: this.#state,
        address,
        port,
        identities: this.#settings.security.psk?.size,
        connections: this.connections,
      },
      ...{ peersHandshaking, handshakesCompleted, handshakesFailed },
    };
    return inspected('DtlsServer', fields, depth, options);
  }

  #setKeepAlive(keepAlive: boolean): this {
    this.#keepAlive = keepAlive;
    if (this.#state === 'listening' && this.#endpoint !== undefined) {
      this.#endpoint.native.setRef(this.#endpoint.number, keepAlive);
    }
    return this;
  }

  #join({ counters, descriptor, address: host, port }: GroupPlace): Promise<Address> {
    this.#counters = counters;
    return this.#listen({ ...parseListenOptions({ host, port }), descriptor });
  }

  /** With the capture of the options, if there is one: it has the first datagram already. */
  #openCaptured(address: string | undefined, settings: ServerListenSettings): Endpoint {
    const endpoint = this.#open(address, settings);
    const { capture } = this.#settings;
    if (capture === undefined) return endpoint;
    try {
      startCapture(endpoint, capture);
      return endpoint;
    } catch (error) {
      endpoint.close();
      throw error;
    }
  }

  #open(address: string | undefined, settings: ServerListenSettings): Endpoint {
    return openAtAddress(address, settings.flags, (it) => this.#openAt(it, settings));
  }

  #openAt(address: string, settings: ServerListenSettings): Endpoint {
    const { port, descriptor, flags, receiveBufferSize, sendBufferSize } = settings;
    const { udpBackend: backend, maxPeers, admission, copyMessages } = this.#settings;
    try {
      return openEndpoint(
        {
          backend,
          address,
          port,
          descriptor,
          flags,
          receiveBufferSize,
          sendBufferSize,
          maxPeers,
          admission,
          serverContext: this.#context.native,
          counters: this.#counters,
          copyMessages,
          faults: this.#faults,
        },
        this.#owner,
      );
    } catch (error) {
      throw listenError(address, port, error);
    }
  }

  #beginClose(): void {
    this.#state = 'closing';
    this.#questions.close(serverClosed('close'));
    this.#context.ticketKeys.stop();
    this.#opening.abort();
    if (this.#endpoint === undefined) {
      process.nextTick(() => this.#finishClose());
      return;
    }
    for (const peer of this.#endpoint.peers.values()) peer.stop();
    this.#endpoint.close();
  }

  /** Every step happens though a listener of an earlier one throws. */
  #finishClose(): void {
    const peers = [...(this.#endpoint?.peers.values() ?? [])];
    this.#endpoint?.peers.clear();
    this.#state = 'closed';
    for (const peer of peers) {
      try {
        peer.finish();
      } catch (error) {
        rethrowLater(error);
      }
    }
    publishServerClose('dtls', this);
    try {
      this.emit('close');
    } finally {
      this.#resolveClosed?.();
    }
  }

  /** `refusal`: why a question to the application has ended the handshake, if it has. */
  #reportClientError(record: ClientErrorRecord, refusal: TlsError | undefined): void {
    const error = clientErrorOf(record, refusal);
    this.#endpoint?.peerEnded(error.remoteAddress, error.remotePort, error);
    publishHandshakeError('dtls', this, error);
    this.emit('clientError', error);
  }

  /** The handshake waits. If its peer has gone meanwhile, nobody is there to be told. */
  async #answerSession({ native, number }: Endpoint, peer: number, id: Buffer): Promise<void> {
    const session = (await this.#context.storedSessions?.find(id)) ?? null;
    if (this.#state === 'listening') native.answerSession(number, peer, session);
  }

  /** What the endpoint tells. While the server closes, only its end still counts. */
  readonly #owner: EndpointOwner = {
    peerConnected: (endpoint, record) => {
      if (this.#state !== 'listening') return;
      const peer = new Peer(endpoint, record);
      publishHandshake('dtls', this, peer);
      if (this.listenerCount('connection') > 0) this.emit('connection', peer.socket);
    },
    peerFinished: (peer) => publishConnectionClose('dtls', this, peer, peer.error),
    peerClosed: (endpoint, { peer, failure, traffic }) => endpoint.peers.get(peer)?.endWith(failure, traffic),
    message: ({ socket }, message) => this.emit('message', message, socket),
    clientFailed: (record) => {
      const refusal = this.#questions.over(record.peer);
      if (this.#state === 'listening') this.#reportClientError(record, refusal);
    },
    keylogLine: (line) => {
      if (this.#settings.keylogFile !== undefined) appendKeylog(this.#settings.keylogFile, line);
      this.emit('keylog', line);
    },
    session: (_endpoint, { id, session }) => this.#context.storedSessions?.keep(id, session),
    sessionWanted: (endpoint, { peer, id }) => void this.#answerSession(endpoint, peer, id),
    pskWanted: (endpoint, record) => {
      if (this.#state === 'listening') this.#questions.askPsk(endpoint, record);
    },
    helloWanted: (endpoint, record) => {
      if (this.#state === 'listening') this.#questions.askHello(endpoint, record);
    },
    questionOver: (_endpoint, peer) => void this.#questions.over(peer),
    sessionRemoved: (_endpoint, id) => this.#context.storedSessions?.forget(id),
    endpointFailed: (_endpoint, errno) => {
      if (this.#state !== 'listening') return;
      void this.close();
      const { code, text } = describeErrno(errno);
      this.emit('error', new TlsError(code, `the server's UDP socket failed: ${text}`, { errno }));
    },
    endpointClosed: (endpoint) => {
      if (endpoint === this.#endpoint) this.#finishClose();
    },
  };

  /** To listeners that came after the messages. */
  #releaseHeldMessages(): void {
    for (const peer of this.#endpoint?.peers.values() ?? []) peer.releaseHeld();
  }

  static #onNewListener(this: DtlsServer, event: string | symbol): void {
    if (event === 'keylog') this.#context.names.enableKeylog();
    else if (event === 'message') process.nextTick(() => this.#releaseHeldMessages());
  }
}
