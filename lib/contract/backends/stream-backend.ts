import type { Duplex } from 'node:stream';
import { boolean, integer, invalidOption, optionsRecord } from '../../options/check.js';
import { ContractError } from '../errors/contract-error.js';
import { inContractTerms } from '../errors/convert.js';
import { type AddressFamily, familyOf, SocketState } from '../socket-state.js';
import { DuplexPort } from './duplex-port.js';
import type { NetBackend } from './net-backend.js';

/** What a stream cannot tell of itself. */
export interface StreamBackendOptions {
  /** We are the server. Default false. */
  accepted?: boolean | undefined;
  /** What SNI and the certificate are checked with. Default: none, which certificate validation does not do without. */
  remoteHostname?: string | undefined;
  /** Default: that of a `net.Socket`. */
  remotePort?: number | undefined;
}

/** Addresses and numbers, where the stream is a `net.Socket`. */
interface MaybeSocket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

/**
 * A connected stream, such as a `net.Socket` or a tunnel, as what TLS runs over. Throws `EINVAL`.
 *
 * @example
 * const socket = createSslSocket({ security });
 * await socket.decorate(streamBackend(tcpSocket, { remoteHostname: 'mail.example' })); // STARTTLS
 */
export function streamBackend(stream: Duplex, options: StreamBackendOptions = {}): NetBackend {
  return inContractTerms('streamBackend', () => {
    const names = ['accepted', 'remoteHostname', 'remotePort'];
    const { accepted, remoteHostname, remotePort } = optionsRecord(options, 'streamBackend', names);
    if (typeof stream?.read !== 'function' || typeof stream.write !== 'function') {
      throw invalidOption('stream', stream, 'a Duplex');
    }
    const hasName = remoteHostname === undefined || typeof remoteHostname === 'string';
    if (!hasName) throw invalidOption('remoteHostname', remoteHostname, 'a host name');
    const state = boolean(accepted, 'accepted', false) ? SocketState.accepted : SocketState.connected;
    const port = remotePort === undefined ? undefined : integer(remotePort, 'remotePort', { min: 0, max: 65_535 });
    return new StreamBackend(stream, state, remoteHostname as string | undefined, port);
  });
}

class StreamBackend implements NetBackend {
  readonly type = 'stream';
  readonly remoteHostname: string | undefined;
  readonly #port: DuplexPort;
  readonly #remotePort: number | undefined;
  #state: SocketState;

  constructor(stream: Duplex, state: SocketState, remoteHostname: string | undefined, remotePort: number | undefined) {
    this.remoteHostname = remoteHostname;
    this.#port = new DuplexPort(stream);
    this.#remotePort = remotePort;
    this.#state = state;
  }

  get state(): SocketState {
    return this.#state;
  }

  connect(): Promise<void> {
    const text = 'connect: a stream that somebody else has opened cannot be opened again';
    return Promise.reject(new ContractError('ENOTSUP', text));
  }

  send(data: Uint8Array): Promise<void> {
    return this.#port.send(data);
  }

  receive(): Promise<Uint8Array | null> {
    return this.#port.receive();
  }

  shutdown(): void {
    this.#state = SocketState.shutdown;
    this.#port.stream.end();
  }

  /** What was sent still leaves. */
  close(): void {
    const { stream } = this.#port;
    this.#state = SocketState.closed;
    if (stream.destroyed) return;
    stream.resume(); // unread bytes would make TCP answer with a reset
    stream.end(() => stream.destroy());
  }

  get remoteHost(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#remotePort ?? this.#socket.remotePort;
  }

  get localHost(): string | undefined {
    return this.#socket.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  get addressFamily(): AddressFamily | undefined {
    return this.localHost === undefined ? undefined : familyOf(this.localHost);
  }

  get bytesSent(): number | undefined {
    return this.#socket.bytesWritten;
  }

  get bytesReceived(): number | undefined {
    return this.#socket.bytesRead;
  }

  get #socket(): MaybeSocket {
    return this.#port.stream as MaybeSocket;
  }
}
