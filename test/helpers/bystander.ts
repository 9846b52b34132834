import type { ExecutionContext } from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import { dial, echo } from './ours.js';

/** A well-behaved peer of a server under attack: it was connected before and must notice nothing. */
export class Bystander {
  readonly #socket: DtlsSocket;
  readonly #received: string[] = [];

  static async connect(t: ExecutionContext, port: number): Promise<Bystander> {
    const socket = await dial(t, port);
    t.is(await echo(socket, 'before'), 'before');
    const bystander = new Bystander(socket);
    socket.on('message', (message) => bystander.#received.push(message.toString()));
    return bystander;
  }

  private constructor(socket: DtlsSocket) {
    this.#socket = socket;
  }

  /** Its association still works, nothing strange arrived, and a newcomer is served as well. */
  async noticedNothing(t: ExecutionContext, port: number): Promise<void> {
    t.is(this.#socket.state, 'connected');
    t.is(await echo(this.#socket, 'after'), 'after');
    t.deepEqual(this.#received, ['after']);
    const newcomer = await dial(t, port);
    t.is(await echo(newcomer, 'new here'), 'new here');
  }
}
