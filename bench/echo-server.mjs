// The server under test: the package's public API, with the echo in JavaScript.
//
// Prints "listening PORT" and serves until SIGTERM. With --exit-with-parent it also
// ends when its standard input does. SIGUSR2 collects garbage, if node was started
// with --expose-gc: the memory measurement asks for it.
import { DtlsServer } from '../dist/index.js';

const server = new DtlsServer({
  psk: new Map([['client1', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')]]),
  cipherSuites: ['TLS_PSK_WITH_AES_128_CCM_8'],
});

server.on('connection', (socket) => {
  socket.on('message', (message) => socket.send(message));
  socket.on('error', () => {}); // the load generator counts what fails
});

let closing;
async function stop() {
  closing ??= server.close();
  await closing;
  process.exit(0);
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGUSR2', () => globalThis.gc?.());
if (process.argv.includes('--exit-with-parent')) process.stdin.on('end', stop).resume();

await server.listen({ host: '127.0.0.1', port: 0 });
console.log('listening', server.address().port);
