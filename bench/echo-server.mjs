// The server under test: the package's public API, with the echo in JavaScript.
//
// Takes the arguments of the C server (bench/reference/server_arguments.c) that a
// profile has. Prints "listening PORT" and serves until SIGTERM. With
// --exit-with-parent it also ends when its standard input does. SIGUSR2 collects
// garbage, if node was started with --expose-gc: the memory measurement asks for it.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { DtlsServer } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    cipher: { type: 'string', default: 'PSK-AES128-CCM8' },
    groups: { type: 'string', default: 'P-256' },
    sigalgs: { type: 'string', default: 'ECDSA+SHA256' },
    cert: { type: 'string' },
    key: { type: 'string' },
    ca: { type: 'string' },
    'session-cache': { type: 'string', default: '0' },
    'session-timeout': { type: 'string', default: '86400' },
    tickets: { type: 'boolean', default: false },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

/** Clients must have a certificate, or else the pre-shared key. */
function identity() {
  if (values.cert === undefined) {
    return { psk: new Map([['client1', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')]]) };
  }
  const [cert, key, ca] = [values.cert, values.key, values.ca].map((path) => readFileSync(path));
  return { cert, key, ca, requestCert: true };
}

function sessions() {
  const cacheSize = Number(values['session-cache']);
  if (cacheSize === 0 && !values.tickets) return false;
  return { cacheSize, timeout: Number(values['session-timeout']), tickets: values.tickets };
}

const server = new DtlsServer({
  ...identity(),
  cipherSuites: [values.cipher],
  groups: values.groups.split(':'),
  signatureAlgorithms: values.sigalgs.split(':'),
  sessions: sessions(),
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
if (values['exit-with-parent']) process.stdin.on('end', stop).resume();

await server.listen({ host: '127.0.0.1', port: 0 });
console.log('listening', server.address().port);
