/** Building blocks for tests of the CoAP layer: requests as bytes, and answers read back. */
import {
  type CoapMessage,
  type CoapOption,
  encodeMessage,
  numberOption,
  parseMessage,
  textOption,
} from '#lib/lwm2m/coap-message.js';

export interface RequestFields {
  type?: 'confirmable' | 'non-confirmable';
  code?: string;
  messageId?: number;
  token?: string;
  path?: string;
  query?: string[];
  payload?: string;
  options?: CoapOption[];
}

/** A request in CoAP; without fields it registers `device-1` for a minute. */
export function request(fields: RequestFields = {}): Buffer {
  const { path = '/rd', query = ['ep=device-1', 'lt=60', 'lwm2m=1.1'], payload = '</1/0>,</3/0>' } = fields;
  return encodeMessage({
    type: fields.type ?? 'confirmable',
    code: fields.code ?? '0.02',
    messageId: fields.messageId ?? 1,
    token: Buffer.from(fields.token ?? 'abcd'),
    options: [
      ...path
        .slice(1)
        .split('/')
        .map((segment) => textOption('Uri-Path', segment)),
      ...(payload === '' ? [] : [numberOption('Content-Format', 40)]),
      ...query.map((parameter) => textOption('Uri-Query', parameter)),
      ...(fields.options ?? []),
    ],
    payload: Buffer.from(payload),
  });
}

/** The same as a message, for code that takes parsed requests. */
export function parsedRequest(fields: RequestFields = {}): CoapMessage {
  return parsed(request(fields));
}

export function parsed(datagram: Buffer | undefined): CoapMessage {
  const message = datagram === undefined ? undefined : parseMessage(datagram);
  if (message === undefined) throw new Error(`not CoAP: ${datagram?.toString('hex')}`);
  return message;
}
