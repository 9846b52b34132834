import { type EventEmitter, once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import test from 'ava';
import type { TlsSocket } from 'lwm2m-tls';

// Checked by the compiler: none of these is called.
const uses = {
  wellTyped(socket: TlsSocket): TlsSocket {
    socket.on('data', (chunk) => chunk.readUInt8(0));
    socket.setEncoding('utf8').on('data', (chunk: string) => chunk.trim());
    socket.once('error', (error) => error.message);
    socket.prependListener('pipe', (source) => source.unpipe());
    return socket.on('session', (session) => session.length).off('close', () => {});
  },
  misspelt(socket: TlsSocket): void {
    // @ts-expect-error there is no such event
    socket.on('sesion', () => {});
    // @ts-expect-error a session is a Buffer
    socket.once('session', (session: string) => session);
    // @ts-expect-error a line is missing
    socket.emit('keylog');
  },
  async asStream(socket: TlsSocket): Promise<void> {
    const duplex: Duplex = socket;
    const emitter: EventEmitter = socket;
    emitter.on('anything', () => {});
    await pipeline(duplex, new PassThrough(), socket);
    await once(socket, 'end');
  },
};

test('events have names and types, and the socket is a Duplex still', (t) => {
  t.deepEqual(Object.keys(uses), ['wellTyped', 'misspelt', 'asStream']);
});
