import {
  type CoapMessage,
  type CoapResponse,
  encodeEmpty,
  encodeMessage,
  isRequest,
  parseMessage,
  rejectableMessageId,
} from './coap-message.js';
import type { Lwm2mCounters } from './lwm2m-counters.js';
import { MessageHistory } from './message-history.js';

/** What a datagram led to. */
export interface Reaction<Outcome> {
  /** The datagram to send back, if any. */
  readonly reply?: Buffer | undefined;
  /** The request that was answered now; missing for duplicates and for everything that is not a request. */
  readonly handled?: { readonly request: CoapMessage; readonly outcome: Outcome };
}

/**
 * The receiving half of CoAP for one peer (RFC 7252, 4 and 5), without a socket and without a clock. Requests are
 * answered once, duplicates get the stored answer again, and what cannot be understood gets a reset. Never throws, as long
 * as `answer` does not.
 */
export class CoapResponder {
  readonly #counters: Lwm2mCounters;
  readonly #history = new MessageHistory();
  readonly #takeAnswer: (message: CoapMessage) => boolean;
  #nextMessageId = Math.floor(Math.random() * 65_536);

  /**
   * `counters` is shared by all peers of a server and written here. `takeAnswer` is asked for each message that is no request:
   * what it takes, with true, is done with.
   */
  constructor(counters: Lwm2mCounters, takeAnswer: (message: CoapMessage) => boolean = () => false) {
    this.#counters = counters;
    this.#takeAnswer = takeAnswer;
  }

  /**
   * Takes one datagram and says what to send back. Calls `answer` at most once, before returning. `now` is in monotonic
   * milliseconds.
   */
  receive<Outcome extends { readonly response: CoapResponse }>(
    datagram: Buffer,
    now: number,
    answer: (request: CoapMessage) => Outcome,
  ): Reaction<Outcome> {
    this.#counters.messagesReceived += 1;
    const reaction = this.#react(datagram, now, answer);
    if (reaction.reply !== undefined) this.#counters.messagesSent += 1;
    return reaction;
  }

  #react<Outcome extends { readonly response: CoapResponse }>(
    datagram: Buffer,
    now: number,
    answer: (request: CoapMessage) => Outcome,
  ): Reaction<Outcome> {
    const message = parseMessage(datagram);
    if (message === undefined) {
      this.#counters.malformed += 1;
      return this.#reset(rejectableMessageId(datagram));
    }
    if (!isRequest(message) && this.#takeAnswer(message)) return {};
    const confirmable = message.type === 'confirmable';
    if (!confirmable && message.type !== 'non-confirmable') return {};
    if (!isRequest(message)) {
      if (message.code === '0.00' && confirmable) this.#counters.pings += 1;
      return this.#reset(confirmable ? message.messageId : undefined);
    }
    const earlier = this.#history.find(message.messageId, now);
    if (earlier !== undefined) {
      this.#counters.duplicates += 1;
      return { reply: earlier.reply };
    }
    this.#counters.requests += 1;
    const outcome = answer(message);
    const reply = this.#encodeReply(message, outcome.response);
    this.#history.remember(message.messageId, confirmable, confirmable ? reply : undefined, now);
    return { reply, handled: { request: message, outcome } };
  }

  #reset(messageId: number | undefined): Reaction<never> {
    if (messageId === undefined) return {};
    this.#counters.resets += 1;
    return { reply: encodeEmpty('reset', messageId) };
  }

  #encodeReply(request: CoapMessage, response: CoapResponse): Buffer {
    const piggybacked = request.type === 'confirmable';
    return encodeMessage({
      type: piggybacked ? 'acknowledgement' : 'non-confirmable',
      code: response.code,
      messageId: piggybacked ? request.messageId : this.#takeMessageId(),
      token: request.token,
      options: response.options ?? [],
      payload: Buffer.from(response.payload ?? '', 'utf8'),
    });
  }

  #takeMessageId(): number {
    const messageId = this.#nextMessageId;
    this.#nextMessageId = (messageId + 1) & 0xffff;
    return messageId;
  }
}
