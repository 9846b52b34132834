import type { DtlsSocket } from '../index.js';
import type { CoapMessage } from './coap-message.js';
import { CoapRequester } from './coap-requester.js';

/** One association of a server, as far as the server asks the device something. */
export class DeviceLink {
  readonly socket: DtlsSocket;
  /** Who has registered, or updated, over it last. */
  endpoint: string | undefined;
  #requester: CoapRequester | undefined;

  constructor(socket: DtlsSocket) {
    this.socket = socket;
  }

  /** For requests to the device. */
  get requester(): CoapRequester {
    if (this.#requester === undefined) {
      const requester = new CoapRequester(this.socket);
      this.#requester = requester;
      this.socket.once('close', () => requester.close());
    }
    return this.#requester;
  }

  /** Whether `message` answers a request to the device. */
  take(message: CoapMessage): boolean {
    return this.#requester?.take(message) === true;
  }
}
