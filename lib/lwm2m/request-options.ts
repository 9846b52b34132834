import { type CoapMessage, type CoapResponse, optionNumber } from './coap-message.js';

/** Critical options that this server acts on, or may ignore because its responses carry no representation. */
const UNDERSTOOD = new Set(['Uri-Host', 'Uri-Port', 'Uri-Path', 'Uri-Query', 'Accept', 'Block1', 'Block2']);
const ELECTIVE = new Set([
  'ETag',
  'Observe',
  'Location-Path',
  'Content-Format',
  'Max-Age',
  'Hop-Limit',
  'Location-Query',
  'Size1',
  'Size2',
  'No-Response',
]);

/**
 * Refuses a request for its options alone: a proxy request (5.05), an unknown critical option (4.02), or a body in several
 * blocks, which this server does not put together (4.13 for a first block, 4.08 for a later one). `undefined` means go on.
 */
export function checkOptions(request: CoapMessage): CoapResponse | undefined {
  for (const { name } of request.options) {
    if (name === 'Proxy-Uri' || name === 'Proxy-Scheme') return { code: '5.05', payload: 'this is not a proxy' };
    if (isUnknownCritical(name)) return { code: '4.02', payload: `option ${name} is not supported` };
  }
  const block = optionNumber(request, 'Block1');
  if (block === undefined) return undefined;
  if (Number.isNaN(block) || block > 0xff_ffff) return { code: '4.02', payload: 'Block1 is too long' };
  const number = Math.floor(block / 16);
  const moreFollows = (block & 0b1000) !== 0;
  if (number > 0) return { code: '4.08', payload: 'blocks are not put together here' };
  return moreFollows ? { code: '4.13', payload: 'send the body in one message' } : undefined;
}

function isUnknownCritical(name: string): boolean {
  if (UNDERSTOOD.has(name) || ELECTIVE.has(name)) return false;
  const number = Number(name);
  // What remains with a name is critical and not supported here: If-Match, If-None-Match, OSCORE, Q-Block, ...
  return Number.isNaN(number) || number % 2 === 1;
}
