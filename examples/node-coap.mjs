// node-coap over DTLS: a server, and a client that asks, sends more than one datagram holds, and observes. Needs `coap`.
import { once } from 'node:events';
import coap from 'coap';
import { createClientSocket, createServerSocket } from 'lwm2m-tls/dgram';

const identity = 'device-1';
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

// The server: its socket is bound first, and is node-coap's from then on.
const serverSocket = createServerSocket({ psk: { [identity]: key } });
serverSocket.bind(0, '127.0.0.1');
await once(serverSocket, 'listening');

// Answers are remembered for a peer: for an association, since its address may be another device's tomorrow.
const server = coap.createServer({ clientIdentifier: ({ rsinfo }) => String(rsinfo.association) });
server.on('request', (request, response) => {
  if (request.headers.Observe === 0) {
    response.write('21 degrees');
    setTimeout(() => response.write('22 degrees'), 10);
  } else if (request.method === 'PUT') {
    response.code = '2.04';
    response.end(`took ${request.payload.length} bytes`);
  } else {
    response.end(`hello ${request.rsinfo.pskIdentity}, by ${request.rsinfo.cipher.name}`);
  }
});
server.listen(serverSocket);

// The client: it connects when the first request goes out.
const clientSocket = createClientSocket({ psk: { identity, key } });
const agent = new coap.Agent({ socket: clientSocket });
const { port } = serverSocket.address();

const answer = await ask({ pathname: '/' });
console.log(`${answer.code} ${answer.payload}`);

const blocks = { Block1: Buffer.from([6]) }; // 1024 bytes each
const taken = await ask({ pathname: '/firmware', method: 'PUT', options: blocks }, Buffer.alloc(100_000));
console.log(`${taken.code} ${taken.payload}`);

const observation = await ask({ pathname: '/temperature', observe: true });
for await (const notification of observation) {
  console.log(`observed ${notification}`);
  if (`${notification}` === '22 degrees') break;
}

agent.close();
server.close();
clientSocket.close();
serverSocket.close();

async function ask(parameters, payload) {
  const request = coap.request({ agent, hostname: '127.0.0.1', port, ...parameters });
  const answered = once(request, 'response');
  request.end(payload);
  return (await answered)[0];
}
