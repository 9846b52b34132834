import { generate, parse } from 'coap-packet';

/** What a message asks of the message layer (RFC 7252, 4). */
export type CoapType = 'confirmable' | 'non-confirmable' | 'acknowledgement' | 'reset';

/** One option; repeatable ones (Uri-Path, Uri-Query, Location-Path) appear once per segment, in order. */
export interface CoapOption {
  /** The registered name, or the decimal number of an option that `coap-packet` does not know. */
  readonly name: string;
  /** As on the wire, without delta and length. */
  readonly value: Buffer;
}

/** A well-formed CoAP message. `code` is written as in the RFC: `'0.02'` is POST, `'2.04'` is Changed. */
export interface CoapMessage {
  /** Confirmable or not, acknowledgement, reset. */
  readonly type: CoapType;
  /** Class and detail. */
  readonly code: string;
  /** 0..65535. */
  readonly messageId: number;
  /** 0..8 bytes. */
  readonly token: Buffer;
  /** In the order of their numbers. */
  readonly options: readonly CoapOption[];
  /** Empty when there is none. */
  readonly payload: Buffer;
}

/** What the receiver of a request sends back; the message layer adds type, message id and token. */
export interface CoapResponse {
  readonly code: string;
  readonly options?: readonly CoapOption[];
  /** Text: response payloads here are diagnostics for people (RFC 7252, 5.5.2). */
  readonly payload?: string;
}

const LONGEST_TOKEN = 8;
const LONGEST_UDP_PAYLOAD = 65_507;
const EMPTY = Buffer.alloc(0);
const CODE_CLASSES = new Set(['0', '2', '4', '5']);

/**
 * Reads one datagram. `undefined` means a message format error: wrong version, reserved code class, a token above
 * 8 bytes, cut options, or a payload marker with nothing behind it. Never throws. The result shares memory with `datagram`.
 */
export function parseMessage(datagram: Buffer): CoapMessage | undefined {
  try {
    const packet = parse(datagram);
    const message: CoapMessage = {
      type: typeOf(packet),
      code: packet.code,
      messageId: packet.messageId,
      token: packet.token,
      options: packet.options.map(({ name, value }) => ({ name: String(name), value })),
      payload: packet.payload,
    };
    return isWellFormed(message, datagram) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of `message`. Throws a plain Error when it cannot be a UDP datagram. */
export function encodeMessage(message: CoapMessage): Buffer {
  return generate(
    {
      confirmable: message.type === 'confirmable',
      ack: message.type === 'acknowledgement',
      reset: message.type === 'reset',
      code: message.code,
      messageId: message.messageId,
      token: message.token,
      options: [...message.options],
      payload: message.payload,
    },
    LONGEST_UDP_PAYLOAD,
  );
}

/** An empty acknowledgement or reset for `messageId`. */
export function encodeEmpty(type: 'acknowledgement' | 'reset', messageId: number): Buffer {
  return encodeMessage({ type, code: '0.00', messageId, token: EMPTY, options: [], payload: EMPTY });
}

/** The message id of a confirmable message that cannot be understood otherwise: it is owed a reset. */
export function rejectableMessageId(datagram: Buffer): number | undefined {
  if (datagram.length < 4) return undefined;
  const versionAndType = datagram.readUInt8(0) >> 4;
  return versionAndType === 0b0100 ? datagram.readUInt16BE(2) : undefined;
}

export function isRequest(message: CoapMessage): boolean {
  return message.code.startsWith('0.') && message.code !== '0.00';
}

/** Every value of a repeatable text option, in order. Bytes that are not UTF-8 become U+FFFD. */
export function optionTexts(message: Pick<CoapMessage, 'options'>, name: string): string[] {
  return message.options.filter((option) => option.name === name).map(({ value }) => value.toString('utf8'));
}

/** The value of an unsigned integer option, or `undefined` when absent. Above 6 bytes it is not a number we know: NaN. */
export function optionNumber(message: Pick<CoapMessage, 'options'>, name: string): number | undefined {
  const value = message.options.find((option) => option.name === name)?.value;
  if (value === undefined) return undefined;
  if (value.length > 6) return Number.NaN;
  return value.length === 0 ? 0 : value.readUIntBE(0, value.length);
}

export function textOption(name: string, text: string): CoapOption {
  return { name, value: Buffer.from(text, 'utf8') };
}

/** An unsigned integer option in its shortest form. */
export function numberOption(name: string, value: number): CoapOption {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return { name, value: Buffer.from(bytes) };
}

function typeOf(packet: { confirmable: boolean; ack: boolean; reset: boolean }): CoapType {
  // coap-packet tests single bits: a reset (3) also looks like an acknowledgement (2).
  if (packet.reset) return 'reset';
  if (packet.ack) return 'acknowledgement';
  return packet.confirmable ? 'confirmable' : 'non-confirmable';
}

/**
 * coap-packet clips what is cut short instead of refusing it. CoAP has exactly one encoding of a message, so a
 * datagram is well-formed if writing what was read gives the same bytes.
 */
function isWellFormed(message: CoapMessage, datagram: Buffer): boolean {
  if (message.token.length > LONGEST_TOKEN) return false;
  if (!CODE_CLASSES.has(message.code.charAt(0))) return false;
  return encodeMessage(message).equals(datagram);
}
