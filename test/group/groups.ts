/** Groups as tests need them: on loopback, closed when the test ends. */
import type { ExecutionContext } from 'ava';
import { type ConnectOptions, DtlsServerGroup, type DtlsServerGroupOptions, type DtlsSocket } from 'lwm2m-tls';
import { dial, echo } from '../helpers/ours.js';

export const echoWorker = new URL('./workers/echo.js', import.meta.url);
export const hopelessWorker = new URL('./workers/hopeless.js', import.meta.url);

export async function startGroup(
  t: ExecutionContext,
  options: Partial<DtlsServerGroupOptions> = {},
): Promise<{ group: DtlsServerGroup; port: number }> {
  const group = new DtlsServerGroup({ script: echoWorker, workers: 2, ...options });
  t.teardown(async () => group.close());
  const { port } = await group.listen({ host: '127.0.0.1' });
  return { group, port };
}

/** Which worker a client has come to. */
export async function workerOf(socket: DtlsSocket): Promise<number> {
  const answer = await echo(socket, 'who');
  return Number(answer.split(':')[0]);
}

/** A client of that worker: the kernel deals them out by their ports. */
export async function dialWorker(
  t: ExecutionContext,
  port: number,
  index: number,
  options: Partial<ConnectOptions> = {},
): Promise<DtlsSocket> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = await dial(t, port, options);
    if ((await workerOf(client)) === index) return client;
    await client.close();
  }
  throw new Error(`none of 100 clients has come to worker ${index}`);
}
