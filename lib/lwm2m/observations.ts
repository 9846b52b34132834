import { type CoapMessage, optionNumber } from './coap-message.js';

/** A new value of an observed resource (RFC 7641; LwM2M's Information Reporting interface). */
export interface Notification {
  /** Of the device. */
  readonly endpoint: string;
  /** As it was given to `observe()`. */
  readonly path: string;
  /** The value of the Observe option: it grows, modulo 2^24. */
  readonly sequence: number;
  /** CoAP content format, 0 is text; undefined when the device names none. */
  readonly contentFormat: number | undefined;
  /** The value. */
  readonly payload: Buffer;
}

/** What a server observes, by device. It stays when the device comes back over another association. */
export class Observations {
  readonly #paths = new Map<string, Map<string, string>>();

  /** From now on, notifications of `endpoint` with this token are of `path`. */
  add(endpoint: string, token: Buffer, path: string): void {
    const tokens = this.#paths.get(endpoint) ?? new Map<string, string>();
    tokens.set(token.toString('hex'), path);
    this.#paths.set(endpoint, tokens);
  }

  /** The device is gone, and so is what it was asked for. */
  forget(endpoint: string): void {
    this.#paths.delete(endpoint);
  }

  clear(): void {
    this.#paths.clear();
  }

  /** What `message` tells; undefined when it is no notification of what is observed. */
  read(endpoint: string | undefined, message: CoapMessage): Notification | undefined {
    if (endpoint === undefined || message.type === 'acknowledgement') return undefined;
    const path = this.#paths.get(endpoint)?.get(message.token.toString('hex'));
    const sequence = optionNumber(message, 'Observe');
    if (path === undefined || sequence === undefined || !message.code.startsWith('2.')) return undefined;
    const contentFormat = optionNumber(message, 'Content-Format');
    return { endpoint, path, sequence, contentFormat, payload: message.payload };
  }
}
