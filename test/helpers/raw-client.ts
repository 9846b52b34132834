/** A UDP socket that speaks no DTLS of its own: for datagrams that no DTLS library would send. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { buildClientHello, type ClientHelloFields, readCookie } from './client-hello.js';
import { within } from './within.js';

export class RawClient implements AsyncDisposable {
  /** Everything that came, with the time of arrival in milliseconds. */
  readonly received: { bytes: Buffer; at: number }[] = [];

  readonly #socket: Socket;
  readonly #serverPort: number;
  #taken = 0;
  #wake: (() => void) | undefined;

  /** `address` is any of 127.0.0.0/8. */
  static async open(serverPort: number, address = '127.0.0.1'): Promise<RawClient> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new RawClient(socket, serverPort);
  }

  private constructor(socket: Socket, serverPort: number) {
    this.#socket = socket;
    this.#serverPort = serverPort;
    socket.on('error', () => {});
    socket.on('message', (bytes) => {
      this.received.push({ bytes, at: performance.now() });
      this.#wake?.();
    });
  }

  async send(...datagrams: Uint8Array[]): Promise<void> {
    for (const datagram of datagrams) {
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(datagram, this.#serverPort, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
    }
  }

  /** The next datagram that has not been taken yet. */
  async next(milliseconds = 5_000): Promise<Buffer> {
    while (this.#taken === this.received.length) {
      const arrived = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(milliseconds, 'a datagram from the server', arrived);
    }
    return this.received[this.#taken++]!.bytes;
  }

  /**
   * Sends a ClientHello without a cookie and waits for the HelloVerifyRequest. A server reads its datagrams in order:
   * when this resolves, it has dealt with everything that was sent before.
   */
  async fetchCookie(fields: ClientHelloFields = {}): Promise<Buffer> {
    await this.send(buildClientHello(fields));
    for (;;) {
      const cookie = readCookie(await this.next());
      if (cookie) return cookie;
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
