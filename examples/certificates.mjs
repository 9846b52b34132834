// Both sides have certificates, and check each other's.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createDtlsSocket, credentials, DtlsServer } from 'lwm2m-tls';

const file = (name) => path.join(import.meta.dirname, 'pki', name);

const server = new DtlsServer({
  cert: await readFile(file('server.pem')),
  key: await readFile(file('server-key.pem')),
  ca: await readFile(file('root.pem')),
  requestCert: true,
});
server.on('connection', (peer) => {
  console.log(`the server knows the device: ${peer.peerCertificate?.subject}`);
  peer.on('message', (message) => peer.send(message));
});
server.on('clientError', () => {}); // the device tells below what happened
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const security = {
  serverCertValidation: true, // without it anybody could pretend to be the server
  ignoreSystemTrustStore: true,
  trustedCerts: credentials.file(file('root.pem')),
  clientCert: credentials.file(file('device.pem')), // several: credentials.array([leaf, intermediate])
  clientKey: credentials.buffer(await readFile(file('device-key.pem'))), // PEM or DER, from wherever
};

const socket = createDtlsSocket({ security });
await socket.connect('127.0.0.1', port);
await socket.send('hello');
console.log(`the server says ${await socket.receiveMessage()}`);
await socket.cleanup();

// The name counts: it is the host, or what serverNameIndication says instead.
await fails({ security, serverNameIndication: 'other.example' });

// And the trust: an anchor that has not signed anything here.
await fails({ security: { ...security, trustedCerts: credentials.file(file('device.pem')) } });

await server.close();

async function fails(configuration) {
  const refused = createDtlsSocket(configuration);
  try {
    await refused.connect('127.0.0.1', port);
  } catch (error) {
    console.log(`${error.code}: ${error.verifyError}`);
  }
  await refused.cleanup();
}
