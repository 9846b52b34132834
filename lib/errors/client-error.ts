import { TlsError, type TlsErrorCode, type TlsErrorDetails } from './tls-error.js';

/** Who failed at a server. */
export interface FailedClient {
  /** Numeric. */
  remoteAddress: string;
  /** UDP or TCP port. */
  remotePort: number;
  /** The PSK identity that the client gave, when it came as far as that over DTLS. */
  pskIdentity?: string | undefined;
}

/** A handshake that failed at a server, given with its `'clientError'` event. Match on `code`, see {@link TlsError}. */
export class ClientError extends TlsError {
  /** Numeric address of the client. */
  readonly remoteAddress: string;
  /** UDP or TCP port of the client. */
  readonly remotePort: number;
  /** The PSK identity that the client gave; absent when it had not come as far as that, and over TLS. */
  declare readonly pskIdentity?: string;

  constructor(code: TlsErrorCode, message: string, client: FailedClient, details: TlsErrorDetails = {}) {
    super(code, message, details);
    this.remoteAddress = client.remoteAddress;
    this.remotePort = client.remotePort;
    if (client.pskIdentity !== undefined) this.pskIdentity = client.pskIdentity;
  }
}
Object.defineProperty(ClientError.prototype, 'name', { value: 'ClientError', configurable: true, writable: true });
