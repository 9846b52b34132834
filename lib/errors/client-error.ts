import { TlsError, type TlsErrorDetails } from './tls-error.js';

/** Who failed at a server. */
export interface FailedClient {
  remoteAddress: string;
  remotePort: number;
  /** The PSK identity that the client gave, when it came as far as that. */
  pskIdentity?: string | undefined;
}

/** A handshake that failed at a server, given with its `'clientError'` event. */
export class ClientError extends TlsError {
  readonly remoteAddress: string;
  readonly remotePort: number;
  declare readonly pskIdentity?: string;

  constructor(code: string, message: string, client: FailedClient, details: TlsErrorDetails = {}) {
    super(code, message, details);
    this.remoteAddress = client.remoteAddress;
    this.remotePort = client.remotePort;
    if (client.pskIdentity !== undefined) this.pskIdentity = client.pskIdentity;
  }
}
Object.defineProperty(ClientError.prototype, 'name', { value: 'ClientError', configurable: true, writable: true });
