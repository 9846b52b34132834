import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A NAT with one port: to the server everybody behind it is the same address. What the server says goes to who has
 * spoken last, as to a device that has started again.
 */
export class OneAddress implements AsyncDisposable {
  readonly port: number;

  readonly #inside: Socket;
  readonly #outside: Socket;
  readonly #serverPort: number;
  #last: RemoteInfo | undefined;

  static async open(serverPort: number): Promise<OneAddress> {
    const [inside, outside] = await Promise.all([bind(), bind()]);
    return new OneAddress(inside, outside, serverPort);
  }

  private constructor(inside: Socket, outside: Socket, serverPort: number) {
    this.#inside = inside;
    this.#outside = outside;
    this.#serverPort = serverPort;
    this.port = inside.address().port;
    inside.on('message', (datagram, from) => {
      this.#last = from;
      this.inject(datagram);
    });
    outside.on('message', (datagram) => {
      if (this.#last) inside.send(datagram, this.#last.port, this.#last.address);
    });
    for (const socket of [inside, outside]) socket.on('error', () => {});
  }

  /** To the server, from that address. */
  inject(datagram: Uint8Array): void {
    this.#outside.send(datagram, this.#serverPort, '127.0.0.1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [this.#inside, this.#outside].map(async (socket) => new Promise<void>((resolve) => socket.close(resolve))),
    );
  }
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
