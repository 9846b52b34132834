import type { RemoteInfo, Socket } from 'node:dgram';
import { isIP, isIPv4 } from 'node:net';
import { canonicalAddress } from '../../canonical-address.js';
import { boolean, integer, invalidOption, optionsRecord, text } from '../../options/check.js';
import { DEFAULT_MTU } from '../config/mtu.js';
import { ContractError } from '../errors/contract-error.js';
import { inContractTerms, toContractError } from '../errors/convert.js';
import { SocketState } from '../socket-state.js';
import type { NetBackend } from './net-backend.js';

/** Anything that sends messages to one peer and tells of its messages, such as a connected `dgram.Socket`. */
export interface MessageEmitter {
  /** To the peer. */
  send(message: Uint8Array, callback: (error?: Error | null) => void): void;
  /** Each message that arrives. */
  on(event: 'message', listener: (message: Buffer) => void): unknown;
  /** What makes the socket useless. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The opposite of `on`. */
  removeListener(event: string, listener: (...values: unknown[]) => void): unknown;
  /** Called when the contract socket is closed. */
  close(): unknown;
}

/** Whom the messages are exchanged with. */
export interface DatagramBackendOptions {
  /**
   * Numeric, of a `dgram.Socket` that is not connected, together with `remotePort`: only this sender's messages count. It
   * may be spelled in any way, but for the zone of a link-local address, which is as `rinfo` tells of it.
   */
  remoteAddress?: string | undefined;
  /** 1..65535. Default: the socket is connected. */
  remotePort?: number | undefined;
  /** What SNI and the certificate are checked with. Default: `remoteAddress`. */
  remoteHostname?: string | undefined;
  /** We are the server. Default false. */
  accepted?: boolean | undefined;
  /** Bytes of the largest message. Default 1232. */
  innerMtu?: number | undefined;
}

/** Messages that wait for DTLS; more are dropped, as any network may. */
const MOST_WAITING = 256;

/**
 * A socket of messages as what DTLS runs over, such as a `dgram.Socket`. Throws `EINVAL`.
 *
 * @example
 * await socket.decorate(datagramBackend(dgramSocket, { remoteAddress: '127.0.0.1', remotePort: 5684 }));
 */
export function datagramBackend(socket: Socket | MessageEmitter, options: DatagramBackendOptions = {}): NetBackend {
  return inContractTerms('datagramBackend', () => {
    const names = ['remoteAddress', 'remotePort', 'remoteHostname', 'accepted', 'innerMtu'];
    const parsed = optionsRecord(options, 'datagramBackend', names) as DatagramBackendOptions;
    if (typeof socket?.send !== 'function' || typeof socket.on !== 'function') {
      throw invalidOption('socket', socket, 'an object with send() and on(), such as a dgram.Socket');
    }
    const { remoteAddress, remotePort, remoteHostname } = parsed;
    boolean(parsed.accepted, 'accepted', false);
    integer(parsed.innerMtu, 'innerMtu', { min: 1, max: 65_535, default: DEFAULT_MTU });
    if (remoteAddress !== undefined || remotePort !== undefined) {
      text(remoteAddress, 'remoteAddress', 'a numeric address with remotePort', (it) => isIP(it) !== 0);
      integer(remotePort, 'remotePort', { min: 1, max: 65_535 });
    }
    if (remoteHostname !== undefined) text(remoteHostname, 'remoteHostname', 'a host name', () => true);
    return new DatagramBackend(socket as Socket, parsed);
  });
}

class DatagramBackend implements NetBackend {
  readonly type = 'datagram';
  readonly innerMtu: number;
  readonly remoteHost: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteHostname: string | undefined;
  readonly #socket: Socket;
  readonly #canonicalHost: string | undefined;
  readonly #waiting: Uint8Array[] = [];
  #state: SocketState;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, options: DatagramBackendOptions) {
    this.innerMtu = options.innerMtu ?? DEFAULT_MTU;
    this.remoteHost = options.remoteAddress;
    this.remotePort = options.remotePort;
    this.remoteHostname = options.remoteHostname ?? options.remoteAddress;
    this.#socket = socket;
    this.#canonicalHost = this.remoteHost && canonicalAddress(this.remoteHost);
    this.#state = options.accepted ? SocketState.accepted : SocketState.connected;
    socket.on('message', this.#onMessage);
    socket.on('error', this.#onError);
  }

  get state(): SocketState {
    return this.#state;
  }

  send(data: Uint8Array): Promise<void> {
    if (this.#state === SocketState.shutdown) return Promise.reject(new ContractError('EPIPE', 'send: shut down'));
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(toContractError('send', error)) : resolve());
      if (this.remotePort === undefined || this.remoteHost === undefined) this.#socket.send(data, done);
      else this.#socket.send(data, this.remotePort, this.#reachable(this.remoteHost), done);
    });
  }

  async receive(): Promise<Uint8Array | null> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      if (this.#error !== undefined) throw toContractError('receive', this.#error);
      if (this.#state === SocketState.closed || this.#state === SocketState.shutdown) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  shutdown(): void {
    this.#state = SocketState.shutdown;
    this.#wake?.();
  }

  close(): void {
    if (this.#state === SocketState.closed) return;
    this.#state = SocketState.closed;
    this.#socket.removeListener('message', this.#onMessage);
    this.#socket.close();
    this.#wake?.();
  }

  #isPeer(sender: RemoteInfo | undefined): boolean {
    if (this.remotePort === undefined) return true;
    if (sender?.port !== this.remotePort) return false;
    return sender.address === this.remoteHost || canonicalAddress(sender.address) === this.#canonicalHost;
  }

  /** A socket for IPv6 reaches IPv4 by mapped addresses only. */
  #reachable(host: string): string {
    const { type } = this.#socket as { type?: string };
    return type === 'udp6' && isIPv4(host) ? `::ffff:${host}` : host;
  }

  readonly #onMessage = (message: Buffer, sender?: RemoteInfo): void => {
    if (!this.#isPeer(sender) || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(message);
    this.#wake?.();
  };

  readonly #onError = (error: Error): void => {
    this.#error = error;
    this.#wake?.();
  };
}
