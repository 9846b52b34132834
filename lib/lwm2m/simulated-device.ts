import { connect, type DtlsSocket } from '../index.js';
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

/**
 * An LwM2M client as a server sees one: connects, registers, updates, de-registers. Each operation is one confirmable CoAP
 * request and rejects with a `CoapError` (or the `TlsError` of the transport) when the server does not agree.
 */
export class SimulatedDevice {
  /** Endpoint client name that Register uses. */
  readonly endpoint: string;
  readonly #settings: SimulatedDeviceSettings;
  #link: { socket: DtlsSocket; requester: CoapRequester } | undefined;
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
    return this.#link?.socket;
  }

  /**
   * The DTLS handshake, after the end of an earlier association; a registration made over that stays valid. Rejects with
   * the `TlsError` of `connect()`, also for bad options.
   */
  async connect(): Promise<void> {
    await this.close();
    const { connection, transmission } = this.#settings;
    const startedAt = performance.now();
    const socket = await connect(connection);
    this.#handshakeMillis = performance.now() - startedAt;
    const requester = new CoapRequester(socket, transmission);
    let failure: Error | undefined;
    socket.on('message', (datagram) => requester.receive(datagram));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      requester.close(new CoapError('ERR_CLOSED', 'the association ended', { cause: failure }));
      if (this.#link?.socket === socket) this.#link = undefined;
    });
    this.#link = { socket, requester };
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

  /** Ends the DTLS association with close_notify. The registration is not touched. Idempotent. */
  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    link?.requester.close();
    await link?.socket.close();
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
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
