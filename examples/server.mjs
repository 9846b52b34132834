import { DtlsServer } from 'lwm2m-tls';

const server = new DtlsServer({
  psk: { 'device-1': Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') },
});

server.on('connection', (socket) => {
  console.log(`${socket.pskIdentity} connected with ${socket.cipher.name}`);
  socket.on('message', (message) => socket.send(message));
  socket.on('close', () => console.log(`${socket.pskIdentity} left`));
});
server.on('clientError', (error) => console.log(`${error.code}: ${error.message}`));

const { address, port } = await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 5684) });
console.log(`listening on ${address}:${port}`);
