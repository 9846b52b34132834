/** Servers for runs of scenarios, and small fleets. */
import type { ExecutionContext } from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import type { BenchTarget, ScenarioOptions } from 'lwm2m-tls/bench';
import { Lwm2mServer } from 'lwm2m-tls/lwm2m';

/** The keys that scenarios have when they name none. */
export function defaultCredentials(devices: number): Map<string, Buffer> {
  return new Map(
    Array.from({ length: devices }, (_, index) => [
      `dev-${String(index).padStart(6, '0')}`,
      Buffer.from(index.toString(16).padStart(32, '0'), 'hex'),
    ]),
  );
}

/** An LwM2M server that knows so many devices; closed when the test ends. */
export async function lwm2mTarget(
  t: ExecutionContext,
  devices: number,
): Promise<Lwm2mServer & { target: BenchTarget }> {
  const server = new Lwm2mServer({ psk: defaultCredentials(devices) });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return Object.assign(server, { target: { host: '127.0.0.1', port } });
}

/** A DTLS server that knows so many devices and does what `onMessage` does; closed when the test ends. */
export async function dtlsTarget(
  t: ExecutionContext,
  devices: number,
  onMessage: (message: Buffer, reply: (message: Buffer) => void) => void,
): Promise<DtlsServer & { target: BenchTarget }> {
  const server = new DtlsServer({ psk: defaultCredentials(devices), copyMessages: true });
  server.on('message', (message, socket) => {
    onMessage(message, (reply) => {
      if (socket.state === 'connected') socket.send(reply);
    });
  });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return Object.assign(server, { target: { host: '127.0.0.1', port } });
}

/** CoAP that gives up soon. */
export const impatient: ScenarioOptions['transmission'] = { ackTimeout: 100, ackRandomFactor: 1, maxRetransmit: 1 };
