/** The process of `startSharingServer()`. */
import { DtlsServer } from 'lwm2m-tls';
import { RedisSessionStore, RedisTicketKeyStore } from 'lwm2m-tls/redis';
import { client1 } from './credentials.js';
import { recordLayer } from './record-layer.js';
import { connectRedis } from './redis-client.js';
import type { Sharing } from './sharing-server.js';

const sharing = JSON.parse(process.argv[2] as string) as Sharing;
const { redisPort, way, timeout, rotation, options = { psk: { [client1.identity]: client1.key } } } = sharing;
const secret = Buffer.from(sharing.secret, 'hex');
const client = await connectRedis(redisPort);
const shared =
  way === 'ids'
    ? { store: new RedisSessionStore(client, { secret }), tickets: false }
    : { ticketKeyStore: new RedisTicketKeyStore(client, { secret }), ticketKeyRotation: rotation };

const server = new DtlsServer({ recordLayer, ...options, sessions: { ...shared, timeout } });
server.on('connection', (socket) => {
  console.log(`connection resumed=${socket.resumed}`);
  socket.on('message', (message) => socket.send(message));
});
server.on('sessionStoreError', ({ code, message }) => console.log(`store error ${code}: ${message}`));
const { port } = await server.listen({ host: '127.0.0.1' });
console.log(`port ${port}`);
