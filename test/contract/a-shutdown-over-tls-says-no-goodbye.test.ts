import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { type NetSocket, TlsServer, type TlsSocket } from 'lwm2m-tls';
import { makeSocket, pskSecurity } from '../helpers/contract-sockets.js';

test('after shutdown and close the stream just ends', async (t) => {
  const { client, peer } = await connected(t);
  const closed = once(peer, 'close');
  await client.shutdown();
  await client.close();
  await closed;
  t.true(peer.truncated);
});

for (const end of ['close', 'cleanup'] as const) {
  test(`${end} alone says close_notify before`, async (t) => {
    const { client, peer } = await connected(t);
    const closed = once(peer, 'close');
    await client[end]();
    await closed;
    t.false(peer.truncated);
  });
}

async function connected(t: ExecutionContext): Promise<{ client: NetSocket; peer: TlsSocket }> {
  const { key } = pskSecurity as { key: Uint8Array };
  const server = new TlsServer({ psk: { device: key } });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const accepted = once(server, 'connection');
  const client = makeSocket(t, 'TLS');
  await client.connect('127.0.0.1', port);
  const [peer] = (await accepted) as [TlsSocket];
  peer.on('error', () => {});
  peer.on('data', () => {});
  return { client, peer };
}
