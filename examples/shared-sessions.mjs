// Two servers that share their sessions through Redis: a device that has connected to one resumes at the other.
// They may be processes on different machines; here both run in this one. Needs `ioredis` and a Redis: REDIS_URL says where.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { connect, DtlsServer } from 'lwm2m-tls';
import { RedisSessionStore, RedisTicketKeyStore } from 'lwm2m-tls/redis';

const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };

// 32 random bytes which all servers get from where they get their other secrets: without them Redis holds nothing of use.
const secret = randomBytes(32);

// While Redis is away calls fail at once instead of piling up; the servers go on with full handshakes meanwhile.
const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const redis = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
redis.on('error', (error) => console.error(`Redis: ${error.message}`));
await redis.connect();

const servers = [await startServer('server 1'), await startServer('server 2')];

// Tickets: the session is at the device, sealed with a key on which the servers have agreed. A new key every hour.
const first = await visit('a device comes', servers[0]);
await visit('it comes back', servers[1], { session: first });

// Devices that understand no tickets: their sessions are in Redis itself.
const id = await visit('one without tickets comes', servers[0], { tickets: false });
await visit('it comes back', servers[1], { tickets: false, session: id });

for (const { server } of servers) await server.close();
redis.disconnect();

async function startServer(name) {
  const server = new DtlsServer({
    psk: { [psk.identity]: psk.key },
    sessions: {
      ticketKeyStore: new RedisTicketKeyStore(redis, { secret }),
      ticketKeyRotation: 3_600,
      store: new RedisSessionStore(redis, { secret }),
    },
  });
  server.on('sessionStoreError', ({ message }) => console.error(`${name}: ${message}`));
  const { port } = await server.listen({ host: '127.0.0.1' });
  return { name, server, port };
}

async function visit(occasion, { name, port }, options = {}) {
  const socket = await connect({ host: '127.0.0.1', port, psk, ...options });
  console.log(`${occasion} to ${name}: ${socket.resumed ? 'the session goes on' : 'a full handshake'}`);
  const { session } = socket;
  await socket.close();
  return session;
}
