import { EventEmitter } from 'node:events';
import { type Address, DtlsServer, type DtlsSocket, type ListenOptions, type PskStore, TlsError } from '../index.js';
import type { CoapMessage } from './coap-message.js';
import { CoapResponder } from './coap-responder.js';
import { type Lwm2mCounters, newCounters } from './lwm2m-counters.js';
import type { Lwm2mServerEvents } from './lwm2m-events.js';
import { type Lwm2mServerOptions, parseLwm2mServerOptions } from './lwm2m-server-options.js';
import type { Registration, RegistrationPeer } from './registration.js';
import { RegistrationInterface, type RegistrationOutcome } from './registration-interface.js';
import { RegistrationTable } from './registration-table.js';
import { describeRequest } from './request-summary.js';

/**
 * An LwM2M test server: the Registration interface over CoAP over DTLS. It answers Register, Update and
 * De-register on `/rd` and reports them as events, after the reply has been handed to the transport. A registration outlives
 * the DTLS association that made it; it ends with De-register, with its lifetime, or when the endpoint registers again.
 * What peers send never makes it throw. Block-wise transfer is not supported.
 */
export class Lwm2mServer extends EventEmitter<Lwm2mServerEvents> {
  /** The DTLS server underneath: its identities, counters and sockets. Closed by this object. */
  readonly dtls: DtlsServer;
  readonly #counters: Lwm2mCounters = newCounters();
  readonly #table: RegistrationTable;
  readonly #interface: RegistrationInterface;

  /** Throws for bad options; nothing is opened before `listen()`. */
  constructor(options: Lwm2mServerOptions) {
    super();
    const { dtls, ...limits } = parseLwm2mServerOptions(options);
    this.dtls = new DtlsServer(dtls);
    this.#table = new RegistrationTable((registration) => this.#expire(registration));
    this.#interface = new RegistrationInterface(this.#table, limits);
    this.#forwardEvents();
  }

  /** PSK identities; may change while the server runs. */
  get identities(): PskStore {
    return this.dtls.identities;
  }

  /** Number of registered devices. */
  get size(): number {
    return this.#table.size;
  }

  /** The registered devices, as they are now. */
  registrations(): IterableIterator<Registration> {
    return this.#table[Symbol.iterator]();
  }

  /** The registration of an endpoint, if it is registered. */
  registration(endpoint: string): Registration | undefined {
    return this.#table.ofEndpoint(endpoint);
  }

  /** A copy of the counters; those of DTLS are at `dtls.counters()`. */
  counters(): Readonly<Lwm2mCounters> {
    return { ...this.#counters };
  }

  /** As `DtlsServer.listen()`; LwM2M's own port is 5684. */
  listen(options?: ListenOptions): Promise<Address> {
    return this.dtls.listen(options);
  }

  /** As `DtlsServer.address()`. */
  address(): Address {
    return this.dtls.address();
  }

  /**
   * Says goodbye to all peers, forgets the registrations without events, and resolves when the port is free. Idempotent;
   * never rejects.
   */
  async close(): Promise<void> {
    this.#table.clear();
    await this.dtls.close();
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #forwardEvents(): void {
    this.dtls.on('listening', () => void this.emit('listening'));
    this.dtls.on('connection', (socket) => {
      this.#serve(socket);
      this.emit('connection', socket);
    });
    this.dtls.on('clientError', (error) => void this.emit('clientError', error));
    this.dtls.on('error', (error) => void this.emit('error', error));
    this.dtls.on('close', () => void this.emit('close'));
  }

  #serve(socket: DtlsSocket): void {
    const responder = new CoapResponder(this.#counters);
    const peer: RegistrationPeer = {
      identity: identityOf(socket),
      remoteAddress: socket.remoteAddress,
      remotePort: socket.remotePort,
      cipher: socket.cipher.name,
    };
    socket.on('message', (datagram) => {
      const { reply, handled } = responder.receive(datagram, performance.now(), (request) =>
        this.#interface.handle(request, peer),
      );
      if (reply !== undefined) this.#send(socket, reply);
      if (handled !== undefined) this.#report(handled.request, handled.outcome, socket);
    });
  }

  #send(socket: DtlsSocket, reply: Buffer): void {
    try {
      socket.send(reply);
    } catch (error) {
      // The peer may have left between its request and now; its retransmission would be answered if it came back.
      if (!(error instanceof TlsError)) throw error;
      this.#counters.unsent += 1;
    }
  }

  #report(request: CoapMessage, { response, change }: RegistrationOutcome, socket: DtlsSocket): void {
    this.#count(change?.kind);
    if (this.listenerCount('request') > 0) this.emit('request', describeRequest(request, response), socket);
    if (change === undefined) return;
    if (change.kind === 'register') this.emit('register', change.registration, change.replaced);
    else this.emit(change.kind, change.registration);
  }

  #count(kind: 'register' | 'update' | 'deregister' | undefined): void {
    if (kind === 'register') this.#counters.registrations += 1;
    else if (kind === 'update') this.#counters.updates += 1;
    else if (kind === 'deregister') this.#counters.deregistrations += 1;
  }

  #expire(registration: Registration): void {
    this.#counters.expirations += 1;
    this.emit('expire', registration);
  }
}

/** Whom the handshake proved: a PSK identity, or the common name (else the fingerprint) of a verified certificate. */
function identityOf({ pskIdentity, authorized, peerCertificate }: DtlsSocket): string | undefined {
  if (pskIdentity !== undefined) return pskIdentity;
  if (!authorized || peerCertificate === undefined) return undefined;
  const { CN } = peerCertificate.toLegacyObject().subject as { CN?: unknown };
  return typeof CN === 'string' && CN !== '' ? CN : peerCertificate.fingerprint256;
}
