import { createServer, type Socket } from 'node:net';
import { native } from '../../binding.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { AcceptQueue } from './accept-queue.js';

/** A bound TCP descriptor. The kernel keeps clients until the first `accept`; from then on this does. */
export class TcpListener {
  readonly fd: number;
  #server: ReturnType<typeof createServer> | undefined;
  readonly #clients = new AcceptQueue<Socket>((socket) => socket.destroy());

  constructor(fd: number) {
    this.fd = fd;
  }

  accept(timeout: number): Promise<Socket> {
    if (this.#server === undefined) {
      this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        socket.on('error', () => {}); // told to whoever reads or writes
        this.#clients.push(socket);
      });
      this.#server.on('error', (error) => this.#clients.fail(toContractError('accept', error)));
      this.#server.listen({ fd: this.fd });
    }
    return this.#clients.next(timeout);
  }

  close(): Promise<void> {
    this.#clients.close(new ContractError('ECONNABORTED', 'accept: the socket was closed'));
    const server = this.#server;
    if (server === undefined) {
      native.closeTcp(this.fd);
      return Promise.resolve();
    }
    // Not its callback: that waits for the sockets that were accepted, too.
    server.close();
    return Promise.resolve();
  }
}
