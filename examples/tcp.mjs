// TLS over TCP: the same socket, but bytes follow one another, and there is an end.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createSslSocket, credentials, SocketOption, TlsServer } from 'lwm2m-tls';

const file = (name) => path.join(import.meta.dirname, 'pki', name);

const server = new TlsServer({
  cert: await readFile(file('server.pem')),
  key: await readFile(file('server-key.pem')),
});
server.on('connection', (peer) => {
  console.log(`the server speaks ${peer.protocol}`);
  peer.on('data', (text) => peer.end(`you said ${text}`)); // answers, and says goodbye
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const socket = createSslSocket({
  security: {
    serverCertValidation: true,
    ignoreSystemTrustStore: true,
    trustedCerts: credentials.file(file('root.pem')),
  },
});
await socket.connect('localhost', port);
await socket.send('hello');

// A receive takes what is there and fits; the rest waits for the next one. 0 bytes are the end.
const buffer = Buffer.alloc(8);
let text = '';
for (let length = await socket.receive(buffer); length > 0; length = await socket.receive(buffer)) {
  const more = socket.getOpt(SocketOption.hasBufferedData);
  console.log(`${length} bytes${more ? ', and more is there already' : ''}`);
  text += buffer.toString('utf8', 0, length);
}
console.log(text);

await socket.cleanup();
await server.close();
