import { CoapError } from './coap-error.js';
import { type CoapMessage, type CoapOption, encodeEmpty, encodeMessage, parseMessage } from './coap-message.js';
import {
  defaultTransmission,
  SEPARATE_RESPONSE_MILLIS,
  type TransmissionParameters,
} from './transmission-parameters.js';

/** The part of a DTLS socket that a requester needs. */
export interface DatagramTransport {
  send(datagram: Uint8Array): void;
}

export interface CoapRequest {
  /** Method code, for example `'0.02'` for POST. */
  readonly code: string;
  readonly options?: readonly CoapOption[];
  readonly payload?: Uint8Array | string;
}

/** An answered request. */
export interface CoapExchange {
  /** The piggybacked or separate response. */
  readonly response: CoapMessage;
  /** From the first transmission to the response, monotonic clock. */
  readonly roundTripMillis: number;
  /** How often the request was sent again. */
  readonly retransmissions: number;
}

interface Pending {
  readonly token: number;
  readonly messageId: number;
  readonly datagram: Buffer;
  readonly startedAt: number;
  readonly resolve: (exchange: CoapExchange) => void;
  readonly reject: (error: Error) => void;
  timeout: number;
  retransmissions: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The requesting half of CoAP for one peer: confirmable requests with retransmission (RFC 7252, 4.2), piggybacked and
 * separate responses. Requests of the peer are answered with a reset. The owner passes in what arrives and closes it.
 */
export class CoapRequester {
  readonly #transport: DatagramTransport;
  readonly #parameters: TransmissionParameters;
  readonly #pending = new Map<number, Pending>();
  #nextMessageId = Math.floor(Math.random() * 65_536);
  #nextToken = Math.floor(Math.random() * 4_294_967_296);
  #closed: Error | undefined;

  constructor(transport: DatagramTransport, parameters: Partial<TransmissionParameters> = {}) {
    this.#transport = transport;
    this.#parameters = { ...defaultTransmission, ...parameters };
  }

  /** Sends a confirmable request. Rejects with a `CoapError`, or with what `transport.send` threw. */
  request(request: CoapRequest): Promise<CoapExchange> {
    const { promise, resolve, reject } = deferred<CoapExchange>();
    if (this.#closed !== undefined) {
      reject(this.#closed);
      return promise;
    }
    const messageId = this.#takeMessageId();
    const token = this.#takeToken();
    const datagram = encodeMessage({
      type: 'confirmable',
      code: request.code,
      messageId,
      token: tokenBytes(token),
      options: request.options ?? [],
      payload: Buffer.from(request.payload ?? ''),
    });
    const { ackTimeout, ackRandomFactor } = this.#parameters;
    const pending: Pending = {
      token,
      messageId,
      datagram,
      startedAt: performance.now(),
      resolve,
      reject,
      timeout: ackTimeout * (1 + Math.random() * (ackRandomFactor - 1)),
      retransmissions: 0,
      timer: undefined,
    };
    this.#pending.set(token, pending);
    this.#transmit(pending);
    return promise;
  }

  /** Takes one datagram from the peer. Never throws for what it holds. */
  receive(datagram: Buffer): void {
    const message = parseMessage(datagram);
    if (message !== undefined && !this.take(message)) this.#reject(message);
  }

  /** Takes a message that belongs to an open request, with an acknowledgement where it is owed one. Returns whether it did. */
  take(message: CoapMessage): boolean {
    if (message.code === '0.00') return message.type !== 'confirmable' && this.#takeEmpty(message);
    return !message.code.startsWith('0.') && this.#takeResponse(message);
  }

  /** Fails all open requests with `reason`, and every later one. */
  close(reason: Error = new CoapError('ERR_CLOSED', 'the association is closed')): void {
    this.#closed ??= reason;
    for (const pending of [...this.#pending.values()]) this.#fail(pending, this.#closed);
  }

  #transmit(pending: Pending): void {
    try {
      this.#transport.send(pending.datagram);
    } catch (error) {
      this.#fail(pending, error as Error);
      return;
    }
    pending.timer = setTimeout(() => this.#retransmit(pending), pending.timeout);
  }

  #retransmit(pending: Pending): void {
    if (pending.retransmissions >= this.#parameters.maxRetransmit) {
      const sent = pending.retransmissions + 1;
      this.#fail(pending, new CoapError('ETIMEDOUT', `no answer to a request that was sent ${sent} times`));
      return;
    }
    pending.retransmissions += 1;
    pending.timeout *= 2;
    this.#transmit(pending);
  }

  #takeEmpty(message: CoapMessage): boolean {
    const pending = this.#withMessageId(message.messageId);
    if (pending === undefined) return false;
    if (message.type === 'reset') {
      this.#fail(pending, new CoapError('ERR_COAP_RESET', 'the peer did not understand the request'));
    } else if (message.type === 'acknowledgement') {
      clearTimeout(pending.timer);
      pending.timer = setTimeout(() => {
        this.#fail(pending, new CoapError('ETIMEDOUT', 'the request was acknowledged and never answered'));
      }, SEPARATE_RESPONSE_MILLIS);
    }
    return true;
  }

  #takeResponse(message: CoapMessage): boolean {
    const pending = message.token.length === 4 ? this.#pending.get(message.token.readUInt32BE(0)) : undefined;
    const matches =
      pending !== undefined && (message.type !== 'acknowledgement' || message.messageId === pending.messageId);
    if (!matches) return false;
    if (message.type === 'confirmable') this.#reply('acknowledgement', message.messageId);
    this.#settle(pending);
    pending.resolve({
      response: message,
      roundTripMillis: performance.now() - pending.startedAt,
      retransmissions: pending.retransmissions,
    });
    return true;
  }

  /** A reset for a confirmable message; anything else that nobody waits for is ignored. */
  #reject(message: CoapMessage): void {
    if (message.type === 'confirmable') this.#reply('reset', message.messageId);
  }

  #reply(type: 'acknowledgement' | 'reset', messageId: number): void {
    try {
      this.#transport.send(encodeEmpty(type, messageId));
    } catch {
      // The association ended meanwhile: the peer notices by itself.
    }
  }

  #withMessageId(messageId: number): Pending | undefined {
    for (const pending of this.#pending.values()) if (pending.messageId === messageId) return pending;
    return undefined;
  }

  #fail(pending: Pending, error: Error): void {
    this.#settle(pending);
    pending.reject(error);
  }

  #settle(pending: Pending): void {
    clearTimeout(pending.timer);
    this.#pending.delete(pending.token);
  }

  #takeMessageId(): number {
    const messageId = this.#nextMessageId;
    this.#nextMessageId = (messageId + 1) & 0xffff;
    return messageId;
  }

  #takeToken(): number {
    const token = this.#nextToken;
    this.#nextToken = (token + 1) >>> 0;
    return token;
  }
}

function tokenBytes(token: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(token);
  return bytes;
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
