import { integer, invalidOption } from '../options/check.js';

/** Called once for each `send()` that has it: `bytes` is the length of the message, or 0 when `error` is there. */
export type SendCallback = (error: Error | null, bytes: number) => void;

/** What one of the forms of `dgram.Socket.send()` means. */
export interface SendRequest {
  readonly message: Uint8Array;
  /** Undefined: where the socket is connected to. */
  readonly port: number | undefined;
  /** Undefined: the default. */
  readonly address: string | undefined;
  readonly callback: SendCallback | undefined;
}

/** `connected`: a number behind the message is then an offset, and not a port. Throws `ERR_INVALID_OPTION`. */
export function parseSend(parameters: readonly unknown[], connected: boolean): SendRequest {
  const [message, ...rest] = parameters;
  const bytes = bytesOf(message);
  if (!hasRange(rest, connected)) return withTarget(bytes, rest);
  const offset = integer(rest[0], 'offset', { min: 0, max: bytes.length });
  const length = integer(rest[1], 'length', { min: 0, max: bytes.length - offset });
  return withTarget(bytes.subarray(offset, offset + length), rest.slice(2));
}

/** `(offset, length, ...)` rather than `(port, address, ...)`. */
function hasRange([first, second, third]: readonly unknown[], connected: boolean): boolean {
  if (typeof first !== 'number' || typeof second !== 'number') return false;
  return connected || typeof third === 'number';
}

function withTarget(message: Uint8Array, parameters: readonly unknown[]): SendRequest {
  const given = parameters.filter((it) => it !== undefined && it !== null);
  const callback = typeof given.at(-1) === 'function' ? (given.pop() as SendCallback) : undefined;
  const [port, address] = given;
  if (address !== undefined && typeof address !== 'string') {
    throw invalidOption('address', address, 'a host name or an IP address');
  }
  return {
    message,
    port: port === undefined ? undefined : portOf(port),
    address: address || undefined,
    callback,
  };
}

/** Digits will do, as with `node:dgram`: ports come out of URLs. */
function portOf(port: unknown): number {
  const value = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  return integer(value, 'port', { min: 1, max: 65_535 });
}

function bytesOf(message: unknown): Uint8Array {
  if (typeof message === 'string') return Buffer.from(message, 'utf8');
  if (message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (Array.isArray(message)) return Buffer.concat(message.map(bytesOf));
  throw invalidOption('message', message, 'a string, a view of bytes, or an array of these');
}
