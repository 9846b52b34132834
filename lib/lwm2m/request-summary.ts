import { type CoapMessage, type CoapResponse, optionTexts } from './coap-message.js';

/** A request and its answer, for people and logs. */
export interface RequestSummary {
  /** `GET`, `POST`, ... or the code of a method without a name here. */
  readonly method: string;
  /** Path with a leading slash, segments percent-encoded. */
  readonly path: string;
  /** Uri-Query options, in order. */
  readonly query: readonly string[];
  /** As it came; empty without one. */
  readonly payload: Buffer;
  /** Response code, for example `'2.01'`. */
  readonly code: string;
  /** Diagnostic text of a refusal. */
  readonly diagnostic: string | undefined;
}

const METHODS: Readonly<Record<string, string>> = {
  '0.01': 'GET',
  '0.02': 'POST',
  '0.03': 'PUT',
  '0.04': 'DELETE',
  '0.05': 'FETCH',
  '0.06': 'PATCH',
  '0.07': 'iPATCH',
};

export function describeRequest(request: CoapMessage, response: CoapResponse): RequestSummary {
  return {
    method: METHODS[request.code] ?? request.code,
    path: `/${optionTexts(request, 'Uri-Path').map(encodeSegment).join('/')}`,
    query: optionTexts(request, 'Uri-Query'),
    payload: request.payload,
    code: response.code,
    diagnostic: response.payload,
  };
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment);
}
