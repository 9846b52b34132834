import { type CoapMessage, type CoapOption, encodeEmpty, encodeMessage, parseMessage } from '../lwm2m/coap-message.js';
import { CoapError } from '../lwm2m/index.js';
import { SEPARATE_RESPONSE_MILLIS, type TransmissionParameters } from '../lwm2m/transmission-parameters.js';
import type { SeededRandom } from './seeded-random.js';

/** The one exchange of a device that is under way. */
interface Pending {
  /** What ends it well: a response with the token, an acknowledgement, a reset, the same bytes. */
  readonly awaits: 'response' | 'acknowledgement' | 'reset' | 'echo';
  readonly datagram: Uint8Array;
  readonly messageId: number;
  readonly resolve: (message: CoapMessage | undefined) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout | undefined;
  timeout: number;
  retransmissions: number;
}

const EMPTY = Buffer.alloc(0);

/**
 * The sending half of a device's messages: one exchange at a time, as CoAP's NSTART asks for (RFC 7252, 4.7), with
 * retransmission. Small, since fleets have a hundred thousand; the owner passes in what arrives, and ends it.
 */
export class DeviceExchange {
  readonly #send: (datagram: Uint8Array) => void;
  readonly #parameters: TransmissionParameters;
  readonly #random: SeededRandom;
  #nextMessageId: number;
  #pending: Pending | undefined;

  constructor(send: (datagram: Uint8Array) => void, parameters: TransmissionParameters, random: SeededRandom) {
    this.#send = send;
    this.#parameters = parameters;
    this.#random = random;
    this.#nextMessageId = random.below(65_536);
  }

  /** A confirmable request, until its response. Rejects with a `CoapError`, or what the transport threw. */
  async request(code: string, options: readonly CoapOption[], payload: string): Promise<CoapMessage> {
    const messageId = this.#takeMessageId();
    const token = Buffer.from([messageId >> 8, messageId & 0xff]);
    const datagram = encodeMessage({
      ...{ type: 'confirmable', code, messageId, token, options },
      payload: Buffer.from(payload, 'utf8'),
    });
    return (await this.#exchange('response', datagram, messageId)) as CoapMessage;
  }

  /** A confirmable response of the device, a notification, until its acknowledgement. */
  async notify(token: Buffer, options: readonly CoapOption[], payload: string): Promise<void> {
    const messageId = this.#takeMessageId();
    const datagram = encodeMessage({
      ...{ type: 'confirmable', code: '2.05', messageId, token, options },
      payload: Buffer.from(payload, 'utf8'),
    });
    await this.#exchange('acknowledgement', datagram, messageId);
  }

  /** CoAP's ping: an empty confirmable message, until its reset (RFC 7252, 4.3). */
  async ping(): Promise<void> {
    const messageId = this.#takeMessageId();
    const datagram = encodeMessage({
      ...{ type: 'confirmable', code: '0.00', messageId, token: EMPTY, options: [], payload: EMPTY },
    });
    await this.#exchange('reset', datagram, messageId);
  }

  /** Any bytes, until the same come back. They are sent once. */
  async echo(datagram: Uint8Array, timeoutMillis: number): Promise<void> {
    await this.#exchange('echo', datagram, -1, timeoutMillis);
  }

  /** Takes what has arrived. Returns the message when it belongs to no exchange, `undefined` when it is done with. */
  receive(datagram: Buffer): CoapMessage | undefined {
    const pending = this.#pending;
    if (pending?.awaits === 'echo' && datagram.equals(pending.datagram)) {
      this.#settle(pending).resolve(undefined);
      return undefined;
    }
    const message = parseMessage(datagram);
    if (message === undefined || message.code.startsWith('0.')) {
      return message?.code === '0.00' && this.#receiveEmpty(message) ? undefined : message;
    }
    this.#receiveResponse(message);
    return undefined;
  }

  /** Fails the exchange that is under way. Returns whether there was one. */
  fail(error: Error): boolean {
    const pending = this.#pending;
    if (pending !== undefined) this.#settle(pending).reject(error);
    return pending !== undefined;
  }

  #exchange(
    awaits: Pending['awaits'],
    datagram: Uint8Array,
    messageId: number,
    timeoutMillis?: number,
  ): Promise<CoapMessage | undefined> {
    return new Promise((resolve, reject) => {
      const { ackTimeout, ackRandomFactor } = this.#parameters;
      const timeout = timeoutMillis ?? ackTimeout * (1 + this.#random.next() * (ackRandomFactor - 1));
      const pending = { awaits, datagram, messageId, resolve, reject, timer: undefined, timeout, retransmissions: 0 };
      this.#pending = pending;
      this.#transmit(pending);
    });
  }

  #transmit(pending: Pending): void {
    try {
      this.#send(pending.datagram);
    } catch (error) {
      this.#settle(pending).reject(error as Error);
      return;
    }
    pending.timer = setTimeout(() => this.#onTimeout(pending), pending.timeout);
  }

  #onTimeout(pending: Pending): void {
    const { awaits, retransmissions } = pending;
    if (awaits === 'echo') {
      this.#settle(pending).reject(new CoapError('ETIMEDOUT', 'a message has not come back'));
    } else if (retransmissions >= this.#parameters.maxRetransmit) {
      const sent = retransmissions + 1;
      this.#settle(pending).reject(new CoapError('ETIMEDOUT', `no answer to a message that was sent ${sent} times`));
    } else {
      pending.retransmissions += 1;
      pending.timeout *= 2;
      this.#transmit(pending);
    }
  }

  /** Returns whether the message belonged to the exchange. */
  #receiveEmpty(message: CoapMessage): boolean {
    const pending = this.#pending;
    if (pending === undefined || message.messageId !== pending.messageId) return false;
    if (message.type === pending.awaits || pending.awaits === 'reset') this.#settle(pending).resolve(undefined);
    else if (message.type === 'reset') {
      this.#settle(pending).reject(new CoapError('ERR_COAP_RESET', 'the peer did not understand the message'));
    } else if (message.type === 'acknowledgement') {
      clearTimeout(pending.timer);
      pending.timer = setTimeout(() => {
        const error = new CoapError('ETIMEDOUT', 'a request was acknowledged and never answered');
        this.#settle(pending).reject(error);
      }, SEPARATE_RESPONSE_MILLIS);
    } else return false;
    return true;
  }

  #receiveResponse(message: CoapMessage): void {
    const pending = this.#pending;
    const expected = pending?.awaits === 'response' && message.token.length === 2;
    const matches = expected && message.token.readUInt16BE(0) === pending.messageId;
    if (message.type === 'confirmable') this.reply(matches ? 'acknowledgement' : 'reset', message.messageId);
    if (matches) this.#settle(pending).resolve(message);
  }

  /** An empty message; none when the association has ended meanwhile. */
  reply(type: 'acknowledgement' | 'reset', messageId: number): void {
    try {
      this.#send(encodeEmpty(type, messageId));
    } catch {
      // The peer notices by itself.
    }
  }

  #settle(pending: Pending): Pending {
    clearTimeout(pending.timer);
    if (this.#pending === pending) this.#pending = undefined;
    return pending;
  }

  #takeMessageId(): number {
    const messageId = this.#nextMessageId;
    this.#nextMessageId = (messageId + 1) & 0xffff;
    return messageId;
  }
}
