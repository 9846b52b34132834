import type { ExecutionContext } from 'ava';
import { Lwm2mServer, type Lwm2mServerOptions } from 'lwm2m-tls/lwm2m';
import { recordLayer } from './record-layer.js';

/** An LwM2M server on loopback, on a free port, closed when the test ends. */
export async function startLwm2mServer(
  t: ExecutionContext,
  options: Lwm2mServerOptions,
): Promise<{ server: Lwm2mServer; port: number }> {
  const server = new Lwm2mServer({ recordLayer, ...options });
  t.teardown(async () => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port };
}
