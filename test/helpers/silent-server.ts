import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Takes datagrams and never answers. */
export class SilentServer implements AsyncDisposable {
  /** `performance.now()` of each datagram. */
  readonly arrivals: number[] = [];
  readonly #socket: Socket;

  static async open(): Promise<SilentServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new SilentServer(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', () => this.arrivals.push(performance.now()));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
