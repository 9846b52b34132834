import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { connectTls, type TlsError, type TlsSocket } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { within } from '../helpers/within.js';
import { closed, dialTls, nextConnection, only, readAll, startTlsServer, versions } from './ends.js';

interface Ends {
  client: TlsSocket;
  peer: TlsSocket;
}

/** Each brings a connection into a state; the client is ended there. */
const states: Record<string, (ends: Ends) => Promise<unknown>> = {
  'just connected': async () => {},
  'after data': async ({ client, peer }) => {
    client.write('hello');
    await once(peer, 'data');
  },
  'while it writes to a peer that does not read': async ({ client }) => {
    while (client.write(Buffer.alloc(1 << 20)) || client.writableLength < 8 << 20);
  },
  'with data that nobody reads': async ({ client, peer }) => {
    peer.write(Buffer.alloc(1 << 20));
    await once(client, 'readable');
  },
  'after end()': async ({ client }) => {
    client.end('bye');
    await once(client, 'finish');
  },
  "after the peer's end": async ({ client, peer }) => {
    peer.end('bye');
    await readAll(client);
  },
  'while the end of the peer is on its way': async ({ peer }) => void peer.end('bye'),
  'when it is destroyed': async ({ client }) => void client.destroy(),
  'when it is closed': async ({ client }) => void (await client.close()),
};

async function connected(t: ExecutionContext, version: 'TLSv1.2' | 'TLSv1.3'): Promise<Ends> {
  const { server, port } = await startTlsServer(t, { allowHalfOpen: true });
  const accepted = nextConnection(server);
  const client = await dialTls(t, port, { ...only(version), allowHalfOpen: true });
  return { client, peer: await accepted };
}

for (const version of versions) {
  for (const [state, reach] of Object.entries(states)) {
    for (const way of ['destroy', 'close', 'both', 'dispose'] as const) {
      test(`${version}: ${way} ${state}`, async (t) => {
        const ends = await connected(t, version);
        const { client, peer } = ends;
        client.on('error', (error) => t.fail(error.message));
        await reach(ends);
        const events: string[] = [];
        client.on('close', () => events.push('close'));
        const wasClosed = client.closed;
        if (way === 'destroy') client.destroy();
        else if (way === 'close') void client.close();
        else if (way === 'dispose') void client[Symbol.asyncDispose]();
        else {
          void client.close();
          client.destroy();
        }
        if (state.startsWith('while it writes') && way !== 'destroy') peer.resume();
        await closed(client);
        await within(10_000, 'close()', client.close());
        t.true(client.destroyed);
        t.deepEqual(events, wasClosed ? [] : ['close']);
        t.throws(() => {
          if (client.write('late') === false) throw client.errored ?? new Error('not taken');
        });
        peer.resume();
        peer.end();
        await closed(peer);
      });
    }
  }
}

test('a socket that is destroyed with an error emits it', async (t) => {
  const { client } = await connected(t, 'TLSv1.3');
  const failed = new Promise((resolve) => client.once('error', resolve));
  const mine = new Error('mine');
  client.destroy(mine);
  t.is(await failed, mine);
  await closed(client);
});

test('an attempt ends with its signal, in every state', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  t.teardown(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dial = (signal: AbortSignal) => connectTls({ host: 'localhost', port, psk: client1, signal });

  await t.throwsAsync(dial(AbortSignal.abort()), { code: 'ABORT_ERR', name: 'AbortError' });
  const early = new AbortController();
  const attempt = dial(early.signal);
  early.abort(new Error('no time'));
  const error = await t.throwsAsync<TlsError>(attempt, { code: 'ABORT_ERR' });
  t.like(error?.cause, { message: 'no time' });
  const late = new AbortController();
  const reached = once(server, 'connection');
  const second = dial(late.signal);
  await reached;
  late.abort();
  await t.throwsAsync(second, { code: 'ABORT_ERR' });
});

test('a signal that is aborted after the handshake changes nothing', async (t) => {
  const { port } = await startTlsServer(t);
  const controller = new AbortController();
  const client = await dialTls(t, port, { signal: controller.signal });
  controller.abort();
  t.true(client.writable);
});
