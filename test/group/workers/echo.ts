/** A worker whose server answers each message with its index in front, and does what some messages say. */
import process from 'node:process';
import { type CreateGroupServer, DtlsServer, type DtlsSocket } from 'lwm2m-tls';
import { client1 } from '../../helpers/credentials.js';
import { recordLayer } from '../../helpers/record-layer.js';

export const createServer: CreateGroupServer = ({ index, sessions }) => {
  const server = new DtlsServer({ psk: new Map([[client1.identity, client1.key]]), sessions, recordLayer });
  server.on('connection', (socket) => {
    socket.on('message', (message) => obey(server, socket, message.toString(), index));
  });
  return server;
};

function obey(server: DtlsServer, socket: DtlsSocket, message: string, index: number): void {
  socket.send(`${index}:${message}`);
  // After the turn in which the answer is sent.
  setImmediate(() => {
    if (message === 'throw') throw new Error('told to throw');
    if (message === 'exit') process.exit(3);
    if (message === 'close the server') void server.close();
    if (message === 'loop') for (;;);
  });
}
