/** A TCP relay that notes the record headers of both directions: RFC 8446 section 5.1. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export const alertRecord = 21;

export class RecordTap {
  /** Content types in the order of the records. In TLS 1.3 encrypted ones all look like application data. */
  readonly fromClient: number[] = [];
  readonly fromServer: number[] = [];
  readonly #sockets: Socket[] = [];
  port = 0;

  /** In front of the server on `serverPort`. */
  static async open(t: ExecutionContext, serverPort: number): Promise<RecordTap> {
    const tap = new RecordTap();
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const onward = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true });
      tap.#relay(client, onward, tap.fromClient);
      tap.#relay(onward, client, tap.fromServer);
    });
    t.teardown(() => {
      tap.cut();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    tap.port = (server.address() as AddressInfo).port;
    return tap;
  }

  /** RST on both sides; where FIN has gone already, the answer to whatever still comes. */
  cut(): void {
    for (const socket of this.#sockets) {
      // Node 20 never closes a socket that is reset during its shutdown, and then its worker thread never ends.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** FIN on both sides, in the place where TLS says nothing. */
  end(): void {
    for (const socket of this.#sockets) socket.end();
  }

  #relay(from: Socket, to: Socket, types: number[]): void {
    this.#sockets.push(from);
    let rest: Buffer = Buffer.alloc(0);
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('data', (chunk) => {
      rest = noteRecords(Buffer.concat([rest, chunk]), types);
      if (!to.destroyed) to.write(chunk);
    });
  }
}

/** Returns the beginning of the record that is not complete yet. */
function noteRecords(bytes: Buffer, types: number[]): Buffer {
  let rest = bytes;
  while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
    types.push(rest.readUInt8(0));
    rest = rest.subarray(5 + rest.readUInt16BE(3));
  }
  return rest;
}
