import '../capture/capture.js'; // sets startCapture
import { startCapture } from '../capture/capture-factory.js';
import { clientContext, clientParameters, datagramTransport } from '../context.js';
import { publishConnectionClose } from '../diagnostics.js';
import { abortError } from '../errors/abort-error.js';
import { failureToError } from '../errors/failure.js';
import { statusToError } from '../errors/status.js';
import { describeErrno, systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import { createCounters } from '../events/counters.js';
import type { Endpoint, EndpointOwner } from '../events/endpoint.js';
import { openEndpoint } from '../events/reactor.js';
import type { ClosedRecord, ConnectedRecord, SessionRecord } from '../events/records.js';
import { FaultInjector } from '../faults/fault-injector.js';
import { appendKeylog } from '../keylog.js';
import type { ClientSettings } from '../options/client-options.js';
import type { ResolvedHost } from '../resolve-host.js';
import { bindSession } from '../session-binding.js';
import { ClientPeer } from '../socket/client-peer.js';
import type { DtlsSocket } from '../socket/dtls-socket.js';

/** One client: a UDP socket with a single peer, from the first ClientHello until its handles are closed. */
export class ClientConnection implements EndpointOwner {
  /** Rejects only after the UDP socket is closed: everything can be tried again at once. */
  readonly established: Promise<DtlsSocket>;
  readonly #settings: ClientSettings;
  /** Held so that it stays in the cache for the next client as long as this one lives. */
  readonly #context;
  readonly #what: string;
  readonly #remoteAddress: string;
  readonly #endpoint: Endpoint;
  readonly #keylogLines: Buffer[] | undefined;
  #peer: ClientPeer | undefined;
  /** What came before the peer was there. */
  #bindSession: (() => Buffer) | undefined;
  #failure: TlsError | undefined;
  #resolve!: (socket: DtlsSocket) => void;
  #reject!: (error: TlsError) => void;

  /** Throws when the UDP socket cannot be had. */
  constructor(settings: ClientSettings, remote: ResolvedHost, local: ResolvedHost | undefined) {
    const keylog = settings.keylog || settings.keylogFile !== undefined || settings.capture !== undefined;
    this.#settings = settings;
    this.#keylogLines = settings.keylog ? [] : undefined;
    this.#context = clientContext(settings.security, datagramTransport(settings), keylog);
    this.#remoteAddress = remote.address;
    this.#what = `connect to ${remote.family === 6 ? `[${remote.address}]` : remote.address}:${settings.port}`;
    this.#endpoint = this.#open(remote, local);
    this.established = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#start(remote);
  }

  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void {
    if (endpoint.closing) return;
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    this.#peer = new ClientPeer(endpoint, record, this.#keylogLines);
    if (this.#bindSession !== undefined) this.#peer.keepSession(this.#bindSession);
    this.#resolve(this.#peer.socket);
  }

  peerClosed(_endpoint: Endpoint, { failure, traffic }: ClosedRecord): void {
    if (this.#peer !== undefined) {
      this.#peer.endWith(failure, traffic);
      return;
    }
    const error = failureToError(this.#what, failure);
    this.#fail(error ?? new TlsError('ERR_CLOSED', `${this.#what}: the server ended the handshake`));
  }

  peerFinished(peer: ClientPeer): void {
    publishConnectionClose('dtls', undefined, peer, peer.error);
  }

  clientFailed(): void {
    // Of servers only.
  }

  keylogLine(line: Buffer): void {
    if (this.#settings.keylogFile !== undefined) appendKeylog(this.#settings.keylogFile, line);
    this.#keylogLines?.push(line);
  }

  session(_endpoint: Endpoint, { session }: SessionRecord): void {
    const bind = (): Buffer => {
      const bound = bindSession(this.#settings.security, session);
      session.fill(0);
      return bound;
    };
    if (this.#peer === undefined) this.#bindSession = bind;
    else this.#peer.keepSession(bind);
  }

  endpointFailed(_endpoint: Endpoint, errno: number): void {
    const { code, text } = describeErrno(errno);
    const error = new TlsError(code, `${this.#what}: the UDP socket failed: ${text}`, { errno });
    if (this.#peer !== undefined) this.#peer.end(error, this.#peer.traffic);
    else this.#fail(error);
  }

  endpointClosed(endpoint: Endpoint): void {
    endpoint.peers.clear();
    if (this.#peer !== undefined) this.#peer.finish();
    else this.#reject(this.#failure ?? new TlsError('ERR_CLOSED', `${this.#what}: closed`));
  }

  #open(remote: ResolvedHost, local: ResolvedHost | undefined): Endpoint {
    const { port, localPort, udpBackend: backend, copyMessages, faults } = this.#settings;
    try {
      return openEndpoint(
        {
          backend,
          address: local?.address ?? (remote.family === 6 ? '::' : '0.0.0.0'),
          port: localPort,
          flags: 0,
          receiveBufferSize: 0,
          sendBufferSize: 0,
          maxPeers: 1,
          remote: { address: remote.address, port },
          counters: createCounters(),
          copyMessages,
          faults: faults && new FaultInjector(faults, 'client'),
        },
        this,
      );
    } catch (error) {
      throw systemError(this.#what, error);
    }
  }

  #start(remote: ResolvedHost): void {
    const { port, security, signal, capture } = this.#settings;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    try {
      if (capture !== undefined) startCapture(this.#endpoint, capture);
    } catch (error) {
      this.#fail(error as TlsError);
      return;
    }
    const { native, number } = this.#endpoint;
    const result = native.connect(number, remote.address, port, this.#context, clientParameters(security));
    if (result < 0) this.#fail(statusToError(this.#what, -result));
  }

  readonly #onAbort = (): void => {
    if (this.#peer === undefined) this.#fail(abortError(this.#what, this.#settings.signal));
  };

  #fail(error: TlsError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#endpoint.peerEnded(this.#remoteAddress, this.#settings.port, error);
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    this.#endpoint.close();
  }
}
