// STARTTLS: both sides first talk in the clear over one TCP connection, and then put TLS on top of it.
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { credentials, decorateSslSocketInPlace, streamBackend } from 'lwm2m-tls';

const file = (name) => path.join(import.meta.dirname, 'pki', name);

const server = net.createServer(async (tcp) => {
  const command = await firstLine(tcp);
  console.log(`in the clear: ${command}`);
  tcp.write('220 go ahead\n');

  // `accepted`: ours is the server's part of the handshake.
  const secured = await decorateSslSocketInPlace(streamBackend(tcp, { accepted: true }), {
    security: {
      clientCert: credentials.file(file('server.pem')),
      clientKey: credentials.file(file('server-key.pem')),
    },
  });
  const message = await secured.receiveMessage();
  await secured.send(`you said ${message}`);
  await secured.cleanup();
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const tcp = net.connect(server.address().port, '127.0.0.1');
tcp.write('STARTTLS\n');
console.log(`in the clear: ${await firstLine(tcp)}`);

// The stream belongs to the new socket from here on. The certificate is checked with the name that is given.
const socket = await decorateSslSocketInPlace(streamBackend(tcp, { remoteHostname: 'localhost' }), {
  security: {
    serverCertValidation: true,
    ignoreSystemTrustStore: true,
    trustedCerts: credentials.file(file('root.pem')),
  },
});
await socket.send('a secret');
console.log(`through TLS: ${await socket.receiveMessage()}`);

await socket.cleanup();
server.close();

/** Nothing comes behind it: both wait for the other's answer. */
async function firstLine(stream) {
  await once(stream, 'readable');
  return String(stream.read()).trim();
}
