import { EventEmitter } from 'node:events';
import { type Address, DtlsServer, type DtlsSocket, type ListenOptions, type PskStore, TlsError } from '../index.js';
import { text } from '../options/check.js';
import { CoapError } from './coap-error.js';
import { type CoapMessage, encodeEmpty, numberOption, optionNumber, textOption } from './coap-message.js';
import type { CoapExchange } from './coap-requester.js';
import { CoapResponder } from './coap-responder.js';
import { DeviceLink } from './device-link.js';
import { type Lwm2mCounters, newCounters } from './lwm2m-counters.js';
import type { Lwm2mServerEvents } from './lwm2m-events.js';
import { type Lwm2mServerOptions, parseLwm2mServerOptions } from './lwm2m-server-options.js';
import { Observations } from './observations.js';
import type { Registration, RegistrationPeer } from './registration.js';
import { type RegistrationChange, RegistrationInterface, type RegistrationOutcome } from './registration-interface.js';
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
  readonly #observations = new Observations();
  /** Of the registered devices, by endpoint. What holds a link is its socket, as long as that is open. */
  readonly #links = new Map<string, WeakRef<DeviceLink>>();

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

  /**
   * Observes a resource, an instance or an object of a registered device: resolves with its value now, and `'notify'` tells
   * the later ones, also when the device comes back over another association, until its registration ends. Rejects with a
   * `CoapError`: `ERR_NOT_REGISTERED`, `ERR_CLOSED` without an association, `ETIMEDOUT` as from a device that sleeps, `ERR_COAP_RESPONSE` when the device answers
   * with an error or does not take part in observations. RFC 7641.
   *
   * @example server.on('register', ({ endpoint }) => server.observe(endpoint, '/3/0/9').catch(console.error))
   */
  async observe(endpoint: string, path: string): Promise<CoapExchange> {
    text(path, 'path', 'a path such as /3/0/9', (it) => /^(\/\d{1,5}){1,4}$/.test(it));
    if (this.registration(endpoint) === undefined) {
      throw new CoapError('ERR_NOT_REGISTERED', `no device is registered as ${endpoint}`);
    }
    const link = this.#links.get(endpoint)?.deref();
    if (link?.socket.state !== 'connected') throw new CoapError('ERR_CLOSED', `${endpoint} is not connected`);
    const segments = path.slice(1).split('/');
    const options = [numberOption('Observe', 0), ...segments.map((segment) => textOption('Uri-Path', segment))];
    const exchange = await link.requester.request({ code: '0.01', options });
    const { code, token } = exchange.response;
    if (code !== '2.05' || optionNumber(exchange.response, 'Observe') === undefined) {
      const what = code === '2.05' ? '2.05, without observing' : code;
      throw new CoapError('ERR_COAP_RESPONSE', `${endpoint} answered ${what}`, { response: code });
    }
    if (this.registration(endpoint) !== undefined) this.#observations.add(endpoint, Buffer.from(token), path);
    return exchange;
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
    this.#links.clear();
    this.#observations.clear();
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
    const link = new DeviceLink(socket);
    const responder = new CoapResponder(this.#counters, (message) => this.#takeAnswer(message, link));
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
      if (handled !== undefined) this.#report(handled.request, handled.outcome, link);
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

  /** An answer of the device to us, or a notification. */
  #takeAnswer(message: CoapMessage, link: DeviceLink): boolean {
    if (link.take(message)) return true;
    const notification = this.#observations.read(link.endpoint, message);
    if (notification === undefined) return false;
    this.#counters.notifications += 1;
    if (message.type === 'confirmable') {
      this.#counters.messagesSent += 1;
      this.#send(link.socket, encodeEmpty('acknowledgement', message.messageId));
    }
    this.emit('notify', notification, link.socket);
    return true;
  }

  #report(request: CoapMessage, { response, change }: RegistrationOutcome, link: DeviceLink): void {
    this.#count(change?.kind);
    if (this.listenerCount('request') > 0) this.emit('request', describeRequest(request, response), link.socket);
    if (change === undefined) return;
    this.#follow(change, link);
    if (change.kind === 'register') this.emit('register', change.registration, change.replaced);
    else this.emit(change.kind, change.registration);
  }

  #count(kind: 'register' | 'update' | 'deregister' | undefined): void {
    if (kind === 'register') this.#counters.registrations += 1;
    else if (kind === 'update') this.#counters.updates += 1;
    else if (kind === 'deregister') this.#counters.deregistrations += 1;
  }

  /** A new registration is asked anew for what is to be observed. */
  #follow({ kind, registration: { endpoint } }: RegistrationChange, link: DeviceLink): void {
    if (kind !== 'update') this.#observations.forget(endpoint);
    if (kind === 'deregister') this.#links.delete(endpoint);
    else if (link.endpoint !== endpoint || this.#links.get(endpoint)?.deref() !== link) {
      link.endpoint = endpoint;
      this.#links.set(endpoint, new WeakRef(link));
    }
  }

  #expire(registration: Registration): void {
    this.#links.delete(registration.endpoint);
    this.#observations.forget(registration.endpoint);
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
