// DTLS with a pre-shared key: the smallest use of a contract socket.
import { createDtlsSocket, DtlsServer } from 'lwm2m-tls';

const identity = 'device-1';
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

// Somebody to talk to: a server that sends every message back.
const server = new DtlsServer({ psk: { [identity]: key } });
server.on('connection', (peer) => peer.on('message', (message) => peer.send(message)));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// The device. Creating a socket checks the configuration and opens nothing.
const socket = createDtlsSocket({ security: { mode: 'psk', identity, key } });
await socket.connect('127.0.0.1', port);
await socket.send('hello');
console.log(`the server says ${await socket.receiveMessage()}`);

// Close it: the object could connect again. Clean it up: it is gone, and its copy of the key is wiped.
await socket.close();
await socket.cleanup();
await server.close();
