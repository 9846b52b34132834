/** A TestServer and its clients as tests need them: on loopback, on a free port, closed when the test ends. */
import type { ExecutionContext } from 'ava';
import { type ConnectOptions, connect, type DtlsSocket, type ListenOptions } from 'lwm2m-tls';
import { type TestConnection, TestServer, type TestServerOptions } from 'lwm2m-tls/harness';
import { client1 } from './credentials.js';
import { quickTimeouts } from './ours.js';

export async function startTestServer(
  t: ExecutionContext,
  options: Partial<TestServerOptions> = {},
  listen: ListenOptions = {},
): Promise<{ server: TestServer; port: number }> {
  const server = new TestServer({ psk: { [client1.identity]: client1.key }, ...options });
  t.teardown(async () => server.close());
  const { port } = await server.listen(listen);
  return { server, port };
}

/** A connected client. */
export async function dialTestServer(
  t: ExecutionContext,
  port: number,
  options: Partial<ConnectOptions> = {},
): Promise<DtlsSocket> {
  const socket = await connect({
    host: '127.0.0.1',
    port,
    psk: client1,
    handshakeTimeouts: quickTimeouts,
    ...options,
  });
  t.teardown(async () => socket.close());
  return socket;
}

/** A connected client and its end at the server. */
export async function testPair(
  t: ExecutionContext,
  options: Partial<TestServerOptions> = {},
  clientOptions: Partial<ConnectOptions> = {},
): Promise<{ server: TestServer; port: number; client: DtlsSocket; connection: TestConnection }> {
  const { server, port } = await startTestServer(t, options);
  const client = await dialTestServer(t, port, clientOptions);
  return { server, port, client, connection: await server.accept() };
}
