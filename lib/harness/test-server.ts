import type { Address } from '../binding.js';
import type { Capture } from '../capture/capture.js';
import type { ClientError } from '../errors/client-error.js';
import { serverClosed } from '../errors/server-closed.js';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import type { CaptureOptions } from '../options/capture.js';
import type { HandshakeTimeoutSettings } from '../options/handshake-timeouts.js';
import type { ListenOptions } from '../options/listen-options.js';
import type { DtlsServerOptions } from '../options/server-options.js';
import type { PskStore } from '../psk-store.js';
import { DtlsServer } from '../server/dtls-server.js';
import { internalsOf } from '../server/server-internals.js';
import { createTestConnection } from './connection-factory.js';
import './test-connection.js'; // sets createTestConnection
import type { TestConnection } from './test-connection.js';
import {
  type AcceptOptions,
  parseAccept,
  parseAlert,
  parseRefusals,
  parseTimeout,
  type RefuseHandshakesOptions,
  type TestServerOptions,
} from './test-server-options.js';
import { type Undo, undoBy } from './undo.js';
import { WaitingList } from './waiting-list.js';

/** What became of a handshake. */
type Outcome = { readonly connection: TestConnection } | { readonly failure: ClientError };

/** Failures that nobody has asked for; a scan must not fill the memory. */
const MAX_FAILURES = 1_024;

/**
 * A DTLS server for tests of clients: it hands over one association after the other, and does on demand what a server
 * should never do. Not for production.
 *
 * @example
 * await using server = new TestServer({ psk: { device: key } });
 * const { port } = await server.listen();
 * startDevice(port);
 * const connection = await server.accept({ timeout: 5_000 });
 * const message = await connection.receive();
 */
export class TestServer implements AsyncDisposable {
  readonly #options: DtlsServerOptions;
  readonly #timeout: number;
  readonly #outcomes = new WaitingList<Outcome>();
  /** Those of the calls of `accept()` that wait; the newest counts. */
  readonly #handshakeTimeouts = new Set<HandshakeTimeoutSettings>();
  #listenOptions: ListenOptions = {};
  #dtls: DtlsServer;
  #closed = false;
  #fakeClosures = 0;

  /** Throws as `DtlsServer` does; nothing is opened before `listen()`. */
  constructor(options: TestServerOptions) {
    const { timeout, ...dtls } = options ?? {};
    this.#timeout = parseTimeout(timeout, 10_000);
    this.#options = dtls;
    this.#dtls = this.#create(dtls);
  }

  /** The server itself: events, counters, `addContext()`. After `resetPort()` it is another one. */
  get dtls(): DtlsServer {
    return this.#dtls;
  }

  /** As `DtlsServer.identities`. */
  get identities(): PskStore {
    return this.#dtls.identities;
  }

  /** Clients that are connected, accepted or not. */
  get connections(): number {
    return this.#dtls.connections;
  }

  /** Opens the UDP port. As `DtlsServer.listen()`, but for the default of `host`, which is `'127.0.0.1'`. */
  async listen(options: ListenOptions = {}): Promise<Address> {
    const asked = { host: '127.0.0.1', ...options };
    const address = await this.#dtls.listen(asked);
    this.#listenOptions = asked;
    return address;
  }

  /** Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`. */
  address(): Address {
    return this.#dtls.address();
  }

  /**
   * The next client whose handshake is complete, in the order in which they came; it may have connected before. A handshake
   * that has failed in between is thrown: `ERR_ALERT_RECEIVED`, `ERR_BAD_FINISHED`, `ERR_UNKNOWN_PSK_IDENTITY`, `ETIMEDOUT`
   * ..., a `ClientError` with the address of the client. Rejects with `ETIMEDOUT`, a plain `TlsError`, when there is none in
   * time; `ERR_CLOSED`, `ERR_NOT_LISTENING`, `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   */
  async accept(options: AcceptOptions = {}): Promise<TestConnection> {
    const { timeout, filter, ignoreFailures, handshakeTimeouts } = parseAccept(options, this.#timeout);
    this.#endpoint('accept');
    const accepts = (outcome: Outcome) => ('connection' in outcome ? filter(outcome.connection) : !ignoreFailures);
    const timeouts = handshakeTimeouts === undefined ? undefined : this.#use({ ...handshakeTimeouts });
    try {
      const outcome = await this.#outcomes.take({ timeout, accepts, peek: false });
      if (outcome === undefined) throw new TlsError('ETIMEDOUT', `accept: no client within ${timeout} ms`);
      if ('failure' in outcome) throw outcome.failure;
      return outcome.connection;
    } finally {
      timeouts?.undo();
    }
  }

  /**
   * The port answers as if nobody listened, with ICMP "port unreachable", and stays taken: clients get `ECONNREFUSED`.
   * Nothing is sent either, not even alerts, and all associations are kept. Throws `ERR_NOT_LISTENING`, `ERR_CLOSED`;
   * `ENOTSUP` on Windows. Undoing it may throw `EADDRINUSE`, if the system gave the port away meanwhile: it can do that for
   * an instant where it had chosen it (`port: 0`).
   *
   * @example { using closed = server.fakeClose(); device.send('lost'); }
   */
  fakeClose(): Undo {
    const endpoint = this.#endpoint('fakeClose');
    this.#fakeClosures += 1;
    if (this.#fakeClosures === 1) this.#hide(endpoint, true);
    return undoBy(() => {
      if (endpoint !== internalsOf(this.#dtls).endpoint || endpoint.closing) return;
      this.#fakeClosures -= 1;
      if (this.#fakeClosures === 0) this.#hide(endpoint, false);
    });
  }

  /**
   * Loses an association, or all of them and the handshakes that are under way, as a server does that starts anew: the
   * clients hear nothing of it. Sessions can be resumed all the same; `refuseResumption()` is for those. Throws
   * `ERR_NOT_LISTENING`, `ERR_CLOSED`.
   */
  forget(connection?: TestConnection): void {
    const endpoint = this.#endpoint('forget');
    if (connection !== undefined) {
      void connection.forget();
      return;
    }
    for (const peer of [...endpoint.peers.values()]) void peer.forget();
    endpoint.native.forgetPeers(endpoint.number);
  }

  /** Until it is undone, who would resume a session has to make a full handshake. Throws `ERR_CLOSED`. */
  refuseResumption(): Undo {
    if (this.#closed) throw serverClosed('refuseResumption');
    const { context } = internalsOf(this.#dtls);
    context.refuseResumption(true);
    return undoBy(() => context.refuseResumption(false));
  }

  /**
   * Answers ClientHellos with a fatal alert, by number or by the name that IANA has for it, in the clear as at the beginning of
   * a handshake. Those who are connected stay so. The newest call counts. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`,
   * `ERR_NOT_LISTENING`, `ERR_CLOSED`.
   *
   * @example using refusal = server.refuseHandshakes('handshake_failure', { count: 1 })
   */
  refuseHandshakes(alert: string | number, options: RefuseHandshakesOptions = {}): Undo {
    const description = parseAlert(alert);
    const count = parseRefusals(options);
    const { native, number } = this.#endpoint('refuseHandshakes');
    native.refuseHellos(number, description, count);
    return undoBy(() => native.refuseHellos(number, 0, 0));
  }

  /**
   * Moves to another port, 0: the system chooses; or to the same. All associations are lost as by `forget()`, and so are
   * sessions that the server kept itself, keys of tickets, contexts that were added, captures that `startCapture()` began,
   * and connections that were not accepted; `identities` stay. Rejects as `listen()`, and then the server is closed.
   */
  async resetPort(port = 0): Promise<Address> {
    this.#endpoint('resetPort');
    this.forget();
    const { psk, capture } = this.#options;
    const old = this.#dtls;
    const options = {
      ...this.#options,
      ...(psk !== undefined && typeof psk !== 'function' && { psk: old.identities }),
      ...(capture !== undefined && { capture: { ...capture, append: true } }),
    };
    this.#dtls = this.#create(options);
    this.#fakeClosures = 0;
    this.#outcomes.remove(() => true);
    await old.close();
    try {
      return await this.#dtls.listen({ ...this.#listenOptions, port });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** As `DtlsServer.startCapture()`. */
  startCapture(options: CaptureOptions): Capture {
    return this.#dtls.startCapture(options);
  }

  /** Says goodbye to all clients and closes the port; who waits gets `ERR_CLOSED`. Idempotent. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#outcomes.end(() => serverClosed('accept'));
    await this.#dtls.close();
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #create(options: DtlsServerOptions): DtlsServer {
    const dtls = new DtlsServer(options);
    dtls.on('connection', (socket) => {
      this.#outcomes.put({ connection: createTestConnection(socket, this.#timeout) });
    });
    dtls.on('clientError', (failure) => this.#onFailure(failure));
    dtls.on('error', (error) => {
      if (dtls === this.#dtls) this.#outcomes.end(() => error);
    });
    return dtls;
  }

  #onFailure(failure: ClientError): void {
    const failures = this.#outcomes.items.filter((outcome) => 'failure' in outcome);
    if (failures.length >= MAX_FAILURES) this.#outcomes.remove((outcome) => outcome === failures[0]);
    this.#outcomes.put({ failure });
  }

  #use(timeouts: HandshakeTimeoutSettings): Undo {
    this.#handshakeTimeouts.add(timeouts);
    this.#applyHandshakeTimeouts();
    return undoBy(() => {
      this.#handshakeTimeouts.delete(timeouts);
      this.#applyHandshakeTimeouts();
    });
  }

  #applyHandshakeTimeouts(): void {
    const { endpoint } = internalsOf(this.#dtls);
    if (endpoint === undefined || endpoint.closing) return;
    const { min, max } = [...this.#handshakeTimeouts].at(-1) ?? { min: 0, max: 0 };
    endpoint.native.setHandshakeTimeouts(endpoint.number, min * 1_000, max * 1_000);
  }

  #hide({ native, number, localAddress }: Endpoint, hidden: boolean): void {
    try {
      native.hideEndpoint(number, hidden);
    } catch (error) {
      this.#fakeClosures = 0;
      throw systemError(`fakeClose of port ${localAddress.port}`, error);
    }
  }

  #endpoint(what: string): Endpoint {
    if (this.#closed) throw serverClosed(what);
    const { endpoint } = internalsOf(this.#dtls);
    if (endpoint === undefined) throw new TlsError('ERR_NOT_LISTENING', `${what}: call listen() first`);
    if (endpoint.closing) throw serverClosed(what);
    return endpoint;
  }
}
