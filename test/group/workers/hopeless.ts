/** A worker that fails as `workerData` says: `[index that fails, how]`. The others listen. */
import { type CreateGroupServer, DtlsServer } from 'lwm2m-tls';

export const createServer: CreateGroupServer = async ({ index, workerData }) => {
  const [failing, how] = workerData as [number, string];
  const server = new DtlsServer({ psk: {} });
  if (index !== failing) return server;
  if (how === 'throws') throw new Error('told to throw');
  if (how === 'never') return new Promise<never>(() => setInterval(() => {}, 1_000));
  if (how === 'listens') await server.listen({ host: '127.0.0.1' });
  if (how === 'closes') await server.close();
  if (how === 'returns nothing') return undefined as unknown as DtlsServer;
  return server;
};
