import {
  type CoapMessage,
  type CoapOption,
  encodeMessage,
  isRequest,
  numberOption,
  optionNumber,
  optionTexts,
  textOption,
} from '../lwm2m/coap-message.js';
import { CoapError } from '../lwm2m/index.js';
import type { TransmissionParameters } from '../lwm2m/transmission-parameters.js';
import type { SwarmDevice } from '../swarm/index.js';
import { BenchError } from './bench-error.js';
import { DeviceExchange } from './device-exchange.js';
import type { FlowSettings } from './scenario-schema.js';
import type { SeededRandom } from './seeded-random.js';

const LINK_FORMAT = 40;
const TEXT = 0;

/** A resource that the server observes. */
interface Observation {
  readonly path: string;
  readonly token: Buffer;
  sequence: number;
}

/** One simulated device of a run: an LwM2M client on a device of the swarm. */
export class BenchDevice {
  readonly swarmDevice: SwarmDevice;
  readonly flow: FlowSettings;
  /** Whether an iteration is under way. */
  busy = false;
  /** When the iterations were due that wait for the one under way. */
  readonly backlog: number[] = [];
  /** Iterations that are left. */
  remaining = 0;
  /** Whether a step looks for the end of the association: it is not counted otherwise then. */
  watched = false;
  /** Why the last association ended, when that was an error. */
  lastError: Error | undefined;
  /** Why nothing is waited for any more. */
  abandoned: Error | undefined;
  readonly exchange: DeviceExchange;
  #location: string | undefined;
  #observations: Observation[] | undefined;

  constructor(
    swarmDevice: SwarmDevice,
    flow: FlowSettings,
    transmission: TransmissionParameters,
    random: SeededRandom,
  ) {
    this.swarmDevice = swarmDevice;
    this.flow = flow;
    this.exchange = new DeviceExchange((datagram) => this.send(datagram), transmission, random);
  }

  get connected(): boolean {
    return this.swarmDevice.state === 'connected';
  }

  /** What the server observes, in the order in which it began. */
  get observations(): readonly Observation[] {
    return this.#observations ?? [];
  }

  /** A restart: what the device had in its memory is gone. */
  loseState(): void {
    this.#location = undefined;
    this.#observations = undefined;
  }

  /** A message that nobody answers. Throws what the transport does. */
  send(datagram: Uint8Array): void {
    if (!this.connected) throw new CoapError('ERR_CLOSED', 'the device is not connected');
    this.swarmDevice.send(datagram);
  }

  /** Ends what is under way, with `reason` rather than with what that leads to. */
  abandon(reason: Error): void {
    this.abandoned = reason;
    this.exchange.fail(reason);
    this.swarmDevice.close();
  }

  /** Register: POST /rd. */
  async register(query: readonly string[], objects: string): Promise<void> {
    const parameters = [`ep=${this.swarmDevice.endpoint}`, ...query];
    const response = await this.#request('0.02', '/rd', parameters, objects, '2.01');
    this.#location = `/${optionTexts(response, 'Location-Path').join('/')}`;
  }

  /** Update: POST on the location. */
  async update(query: readonly string[], objects: string | undefined): Promise<void> {
    await this.#request('0.02', this.#registeredLocation(), query, objects, '2.04');
  }

  /** De-register: DELETE on the location. */
  async deregister(): Promise<void> {
    await this.#request('0.04', this.#registeredLocation(), [], undefined, '2.02');
    this.#location = undefined;
  }

  /** One confirmable notification of each observation. */
  async notify(value: string): Promise<void> {
    if (this.observations.length === 0) {
      throw new BenchError('ERR_NOT_OBSERVED', 'the target observes nothing of the device: there is nothing to notify');
    }
    for (const observation of this.observations) {
      observation.sequence = (observation.sequence + 1) & 0xff_ffff;
      const options = [numberOption('Observe', observation.sequence), numberOption('Content-Format', TEXT)];
      try {
        await this.exchange.notify(observation.token, options, value);
      } catch (error) {
        if ((error as CoapError).code === 'ERR_COAP_RESET') this.#forget(observation.token);
        throw error;
      }
    }
  }

  /** Takes one message of the swarm's device. */
  receive(datagram: Buffer): void {
    const message = this.exchange.receive(datagram);
    if (message === undefined) return;
    if (isRequest(message)) this.#answer(message);
    else if (message.type === 'confirmable') this.exchange.reply('reset', message.messageId); // a ping
  }

  /** A request of the server: every resource can be read and observed; nothing else is offered. */
  #answer(request: CoapMessage): void {
    const path = `/${optionTexts(request, 'Uri-Path').join('/')}`;
    const observe = optionNumber(request, 'Observe');
    const isRead = request.code === '0.01';
    const options: CoapOption[] = [];
    if (isRead && observe === 0) {
      this.#forget(request.token);
      this.#observations = [...this.observations, { path, token: Buffer.from(request.token), sequence: 0 }];
      options.push(numberOption('Observe', 0));
    } else if (isRead && observe === 1) this.#forget(request.token);
    if (isRead) options.push(numberOption('Content-Format', TEXT));
    const confirmable = request.type === 'confirmable';
    this.#trySend({
      type: confirmable ? 'acknowledgement' : 'non-confirmable',
      code: isRead ? '2.05' : '4.05',
      messageId: request.messageId,
      token: request.token,
      options,
      payload: Buffer.from(isRead ? '0' : ''),
    });
  }

  #forget(token: Buffer): void {
    this.#observations = this.observations.filter((observation) => !observation.token.equals(token));
  }

  async #request(
    code: string,
    path: string,
    query: readonly string[],
    links: string | undefined,
    expected: string,
  ): Promise<CoapMessage> {
    const options: CoapOption[] = path
      .slice(1)
      .split('/')
      .map((segment) => textOption('Uri-Path', segment));
    if (links !== undefined) options.push(numberOption('Content-Format', LINK_FORMAT));
    options.push(...query.map((parameter) => textOption('Uri-Query', parameter)));
    const response = await this.exchange.request(code, options, links ?? '');
    if (response.code === expected) return response;
    const diagnostic = response.payload.length > 0 ? ` (${response.payload.toString('utf8')})` : '';
    throw new CoapError('ERR_COAP_RESPONSE', `the target answered ${response.code}${diagnostic}`, {
      response: response.code,
    });
  }

  #registeredLocation(): string {
    if (this.#location === undefined) throw new CoapError('ERR_NOT_REGISTERED', 'the device is not registered');
    return this.#location;
  }

  #trySend(message: CoapMessage): void {
    try {
      this.send(encodeMessage(message));
    } catch {
      // The association has ended meanwhile: the server asks again.
    }
  }
}
