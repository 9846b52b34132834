// One echo server in the calling thread.
import { readFileSync } from 'node:fs';

import { DtlsServer } from '../../dist/index.js';

/** Clients must have a certificate, or else the pre-shared key. */
function identity(values) {
  if (values.cert === undefined) {
    return { psk: new Map([['client1', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')]]) };
  }
  const [cert, key, ca] = [values.cert, values.key, values.ca].map((path) => readFileSync(path));
  return { cert, key, ca, requestCert: true };
}

function sessions(values) {
  const cacheSize = Number(values['session-cache']);
  if (cacheSize === 0 && !values.tickets) return false;
  return { cacheSize, timeout: Number(values['session-timeout']), tickets: values.tickets };
}

/** `name=JSON` texts as an object. */
function others(assignments) {
  return Object.fromEntries(
    assignments.map((text) => {
      const [name, ...json] = text.split('=');
      return [name, JSON.parse(json.join('='))];
    }),
  );
}

/** Listens on `port`; with `reusePort` others may too. The result has `port`, `status()` and `close()`. */
export async function serveHere(values, port, { reusePort = false } = {}) {
  const server = new DtlsServer({
    ...identity(values),
    cipherSuites: [values.cipher],
    groups: values.groups.split(':'),
    signatureAlgorithms: values.sigalgs.split(':'),
    sessions: sessions(values),
    ...others(values.set),
  });
  server.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(message));
    socket.on('error', () => {}); // the load generator counts what fails
  });
  await server.listen({ host: '127.0.0.1', port, reusePort });
  return { port: server.address().port, status: async () => [server.counters()], close: () => server.close() };
}
