import { Redis } from 'ioredis';

/** A client that fails at once while the server is away, and looks for it every few milliseconds. */
export async function connectRedis(port: number): Promise<Redis> {
  const client = new Redis({
    ...{ host: '127.0.0.1', port, lazyConnect: true },
    ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: () => 20 },
  });
  client.on('error', () => {}); // what is asked of it meanwhile fails
  await client.connect();
  return client;
}
