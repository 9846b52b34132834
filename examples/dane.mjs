// DANE: the device knows which certificate the server has, from a TLSA record, and needs no authority to tell.
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createDtlsSocket, DtlsServer, SocketOption } from 'lwm2m-tls';

const file = (name) => path.join(import.meta.dirname, 'pki', name);

const cert = await readFile(file('server.pem'));
const server = new DtlsServer({ cert, key: await readFile(file('server-key.pem')) });
server.on('clientError', () => {}); // the device tells below what happened
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// '3 1 1': the server's own certificate (3), of it the public key (1), as SHA-256 (1). RFC 6698.
const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
const record = {
  usage: 3,
  selector: 1,
  matchingType: 1,
  data: createHash('sha256').update(publicKey).digest(),
};

// `dane` with validation: a record must match. Without `serverCertValidation` records are used where there are any.
const socket = createDtlsSocket({ security: { serverCertValidation: true, dane: true } });
socket.setOpt(SocketOption.daneTlsaArray, [record]);
await socket.connect('localhost', port);
console.log('the server has the key of the record');
await socket.close();

// Records are for the next handshake. This one is of another key.
socket.setOpt(SocketOption.daneTlsaArray, [{ ...record, data: Buffer.alloc(32) }]);
try {
  await socket.connect('localhost', port);
} catch (error) {
  console.log(`${error.code}: ${error.verifyError}`);
}

await socket.cleanup();
await server.close();
