import { type ConnectOptions, connect, type DtlsSocket, TlsError } from '../index.js';
import { optionsRecord } from '../options/check.js';
import { CoapError } from './coap-error.js';
import { type CoapOption, numberOption, optionTexts, textOption } from './coap-message.js';
import { type CoapExchange, CoapRequester } from './coap-requester.js';
import {
  type DeviceUpdate,
  parseDeviceUpdate,
  parseSimulatedDeviceOptions,
  type SimulatedDeviceOptions,
  type SimulatedDeviceSettings,
} from './simulated-device-options.js';

const LINK_FORMAT = 40;

/** A `connect()` that has not settled. */
interface Attempt {
  readonly abort: AbortController;
  /** Whether `close()` has been called meanwhile. */
  closed: boolean;
  /** Resolves when nothing of it is left open but what it has established. */
  settled: Promise<unknown>;
}

/** What the device has while it is connected. */
interface Link {
  readonly socket: DtlsSocket;
  readonly requester: CoapRequester;
  /** Listens no more, and fails what waits. */
  readonly release: () => void;
}

/**
 * An LwM2M client as a server sees one: connects, registers, updates, de-registers. Each operation is one confirmable CoAP
 * request and rejects with a `CoapError` (or the `TlsError` of the transport) when the server does not agree.
 */
export class SimulatedDevice {
  /** Endpoint client name that Register uses. */
  readonly endpoint: string;
  readonly #settings: SimulatedDeviceSettings;
  #attempt: Attempt | undefined;
  /** From the end of an attempt to the end of its association. */
  #link: Link | undefined;
  #location: string | undefined;
  #handshakeMillis: number | undefined;

  /** Throws for bad options; those that `connect()` alone uses are refused by it, before anything is opened. */
  constructor(options: SimulatedDeviceOptions) {
    this.#settings = parseSimulatedDeviceOptions(options);
    this.endpoint = this.#settings.endpoint;
  }

  /** Path that the server gave the registration, for example `/rd/5a3f`; `undefined` while not registered. */
  get location(): string | undefined {
    return this.#location;
  }

  /** Duration of the last DTLS handshake, from before `connect` until its result reached JavaScript, monotonic clock. */
  get handshakeMillis(): number | undefined {
    return this.#handshakeMillis;
  }

  /** The DTLS socket; `undefined` while not connected. */
  get socket(): DtlsSocket | undefined {
    return this.#link?.socket.state === 'connected' ? this.#link.socket : undefined;
  }

  /**
   * The DTLS handshake. A registration that was made over an earlier association stays valid. Rejects with
   * `ERR_ALREADY_CONNECTED` while the device is connected or another `connect()` is pending, with `ERR_CLOSED` when
   * `close()` comes meanwhile, and with the `TlsError` of `connect()`, also for bad options.
   *
   * `session` is that of an earlier association, to be resumed this time, or false for a full handshake; without it the
   * option of the device counts.
   */
  async connect(options: Pick<ConnectOptions, 'session'> = {}): Promise<void> {
    const { session } = optionsRecord(options, 'connect', ['session']) as Pick<ConnectOptions, 'session'>;
    if (this.#attempt !== undefined) throw alreadyConnected('another connect() is pending');
    if (this.#link?.socket.state === 'connected') throw alreadyConnected('the device is connected, close() it first');
    const attempt: Attempt = { abort: new AbortController(), closed: false, settled: Promise.resolve() };
    this.#attempt = attempt;
    const established = this.#establish(attempt, session).finally(() => {
      this.#attempt = undefined;
    });
    attempt.settled = established.catch(() => {});
    await established;
  }

  /** Register: POST /rd. Rejects with `ERR_CLOSED` while not connected. */
  async register(): Promise<CoapExchange> {
    const { lifetime, version, binding, objects } = this.#settings;
    const query = [`ep=${this.endpoint}`, `lwm2m=${version}`, `b=${binding}`];
    if (lifetime !== undefined) query.push(`lt=${lifetime}`);
    const exchange = await this.#exchange('0.02', '/rd', query, objects, '2.01');
    this.#location = `/${optionTexts(exchange.response, 'Location-Path').join('/')}`;
    return exchange;
  }

  /**
   * Update: POST on the location. Rejects with `ERR_NOT_REGISTERED` before `register()`, and with `ERR_INVALID_OPTION`
   * or `ERR_UNKNOWN_OPTION` for a bad change, which is not sent.
   */
  async update(change: DeviceUpdate = {}): Promise<CoapExchange> {
    const { lifetime, binding, objects } = parseDeviceUpdate(change);
    const query: string[] = [];
    if (lifetime !== undefined) query.push(`lt=${lifetime}`);
    if (binding !== undefined) query.push(`b=${binding}`);
    return await this.#exchange('0.02', this.#registeredLocation(), query, objects, '2.04');
  }

  /** De-register: DELETE on the location. Rejects as `update()`. */
  async deregister(): Promise<CoapExchange> {
    const exchange = await this.#exchange('0.04', this.#registeredLocation(), [], undefined, '2.02');
    this.#location = undefined;
    return exchange;
  }

  /**
   * Ends the DTLS association with close_notify, in any state; a pending `connect()` rejects with `ERR_CLOSED`. The
   * registration is not touched, and `connect()` may be called again. Idempotent; never rejects.
   */
  async close(): Promise<void> {
    if (this.#attempt !== undefined) {
      this.#attempt.closed = true;
      this.#attempt.abort.abort();
      await this.#attempt.settled;
      return;
    }
    this.#link?.requester.close();
    await this.#link?.socket.close();
  }

  /**
   * Lets go of the association without a word to the server, as a device that loses its power: the device may connect again,
   * from another port. Requests that wait fail with `ERR_CLOSED`. The socket is the caller's now, to be closed in the end;
   * undefined when the device is not connected.
   */
  abandon(): DtlsSocket | undefined {
    if (this.#link?.socket.state !== 'connected') return undefined;
    const { socket, release } = this.#link;
    this.#link = undefined;
    release();
    return socket;
  }

  /** A device that has lost its memory: `register()` has to come first. */
  forgetRegistration(): void {
    this.#location = undefined;
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #establish(attempt: Attempt, session: ConnectOptions['session']): Promise<void> {
    const { connection, transmission } = this.#settings;
    const { signal } = connection;
    const onAbort = (): void => attempt.abort.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#link?.socket.close(); // it is ending by itself already
      const startedAt = performance.now();
      const resumption = session === undefined ? {} : { session };
      const socket = await connect({ ...connection, ...resumption, signal: attempt.abort.signal });
      if (attempt.closed) await socket.close();
      else this.#adopt(socket, performance.now() - startedAt, new CoapRequester(socket, transmission));
    } catch (error) {
      if (!attempt.closed) throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    if (attempt.closed) throw new TlsError('ERR_CLOSED', 'connect: the device was closed meanwhile');
  }

  #adopt(socket: DtlsSocket, handshakeMillis: number, requester: CoapRequester): void {
    let failure: Error | undefined;
    const onMessage = (datagram: Buffer): void => requester.receive(datagram);
    const onError = (error: Error): void => {
      failure = error;
    };
    const onClose = (): void => {
      requester.close(new CoapError('ERR_CLOSED', 'the association ended', { cause: failure }));
      this.#link = undefined;
    };
    const release = (): void => {
      socket.off('message', onMessage).off('error', onError).off('close', onClose);
      requester.close();
    };
    socket.on('message', onMessage).on('error', onError).on('close', onClose);
    this.#handshakeMillis = handshakeMillis;
    this.#link = { socket, requester, release };
  }

  async #exchange(
    code: string,
    path: string,
    query: readonly string[],
    links: string | undefined,
    expected: string,
  ): Promise<CoapExchange> {
    if (this.#link === undefined) throw new CoapError('ERR_CLOSED', 'the device is not connected');
    const segments = path.slice(1).split('/');
    const options: CoapOption[] = segments.map((segment) => textOption('Uri-Path', segment));
    if (links !== undefined) options.push(numberOption('Content-Format', LINK_FORMAT));
    options.push(...query.map((parameter) => textOption('Uri-Query', parameter)));
    const exchange = await this.#link.requester.request({ code, options, payload: links ?? '' });
    const { response } = exchange;
    if (response.code === expected) return exchange;
    const diagnostic = response.payload.length > 0 ? ` (${response.payload.toString('utf8')})` : '';
    throw new CoapError('ERR_COAP_RESPONSE', `the server answered ${response.code}${diagnostic}`, {
      response: response.code,
    });
  }

  #registeredLocation(): string {
    if (this.#location === undefined) throw new CoapError('ERR_NOT_REGISTERED', 'the device is not registered');
    return this.#location;
  }
}

function alreadyConnected(why: string): TlsError {
  return new TlsError('ERR_ALREADY_CONNECTED', `connect: ${why}`);
}
