// What can be configured besides credentials: version, timing, cipher suites, server name, the UDP socket below.
import { AddressFamily, createDtlsSocket, DtlsServer, SocketOption, SslVersion } from 'lwm2m-tls';

const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };
const server = new DtlsServer({ psk: { [psk.identity]: psk.key } });
server.on('connection', ({ protocol, cipher, servername }) => {
  console.log(`the server sees ${protocol}, ${cipher.name}, the name ${servername}`);
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const socket = createDtlsSocket({
  security: { mode: 'psk', ...psk },
  version: SslVersion.tlsv1_2, // at least
  ciphersuites: [0x00ae, 0xc0a8], // IANA numbers, the preferred one first
  dtlsHandshakeTimeouts: { min: 500, max: 4_000 }, // milliseconds; 1 s and 60 s when nothing is said
  serverNameIndication: 'lwm2m.example', // instead of the host that we connect to
  backendConfiguration: { addressFamily: AddressFamily.inet4, reuseAddr: true, forcedMtu: 1_280 },
});

// Options can be read and set at any time.
socket.setOpt(SocketOption.recvTimeout, 100);
await socket.connect('127.0.0.1', port);
console.log(`a datagram takes ${socket.getOpt(SocketOption.innerMtu)} bytes`);
try {
  await socket.receiveMessage();
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}
await socket.cleanup();

// What is wrong is said at once, with the name that was probably meant.
try {
  createDtlsSocket({ cipherSuites: [0xc0a8] });
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}

// A suite that exists but that the server does not want is its decision: it answers with an alert.
const picky = createDtlsSocket({ security: { mode: 'psk', ...psk }, ciphersuites: [0x008d] });
try {
  await picky.connect('127.0.0.1', port);
} catch (error) {
  console.log(`${error.code}: ${error.alertName}, ${error.category} ${error.avsCode}`);
}
await picky.cleanup();
await server.close();
