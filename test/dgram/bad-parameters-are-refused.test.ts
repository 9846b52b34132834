import test, { type ExecutionContext } from 'ava';
import { createClientSocket, createServerSocket } from 'lwm2m-tls/dgram';
import { client1 } from '../helpers/credentials.js';
import { bindServer, clientSocket } from '../helpers/node-coap.js';

const invalid = 'ERR_INVALID_OPTION';

test('options that do not exist are named, with the one that was meant', (t) => {
  t.throws(() => createClientSocket({ cipherSuite: [] } as object), {
    ...{ code: 'ERR_UNKNOWN_OPTION', message: /did you mean 'cipherSuites'/ },
  });
  t.throws(() => createClientSocket({ host: '127.0.0.1' } as object), { code: 'ERR_UNKNOWN_OPTION' });
  t.throws(() => createServerSocket({ psks: {} } as object), {
    ...{ code: 'ERR_UNKNOWN_OPTION', message: /did you mean 'psk'/ },
  });
});

test('options out of range are refused', (t) => {
  for (const maxQueued of [0, 65_537, 1.5, '3']) {
    t.throws(() => createClientSocket({ psk: client1, maxQueued: maxQueued as number }), { code: invalid });
  }
  t.throws(() => createClientSocket({ psk: client1, type: 'udp5' as 'udp4' }), { code: invalid });
  t.throws(() => createClientSocket(undefined as unknown as object), { code: invalid });
});

test('parameters of send() are checked before anything happens', async (t) => {
  const { server, client } = await both(t);
  for (const socket of [server, client]) {
    const send = socket.send.bind(socket) as unknown as (...parameters: unknown[]) => void;
    t.throws(() => send(undefined, 1), { code: invalid });
    t.throws(() => send(5, 1), { code: invalid });
    t.throws(() => send(['a', 5], 1), { code: invalid });
    t.throws(() => send('hello', 0), { code: invalid });
    t.throws(() => send('hello', 65_536), { code: invalid });
    t.throws(() => send('hello', '12x'), { code: invalid });
    t.throws(() => send('hello', 1, 5), { code: invalid });
    t.throws(() => send('hello', 6, 1, 5684), { code: invalid });
    t.throws(() => send('hello', 2, 4, 5684), { code: invalid });
    t.throws(() => send('hello', -1, 4, 5684), { code: invalid });
  }
  const send = client.send.bind(client) as unknown as (...parameters: unknown[]) => void;
  t.throws(() => send('hello'), { code: invalid });
  t.is(client.getSendQueueCount(), 0);
});

test('every kind of message that dgram takes is taken', async (t) => {
  const { server, client } = await both(t);
  const { port } = server.address();
  const messages: unknown[] = [
    'text',
    Buffer.from('text'),
    new DataView(Uint8Array.from(Buffer.from('xtext')).buffer, 1),
    ['te', Buffer.from('x'), new Uint8Array([0x74])],
  ];
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    server.on('message', (message) => {
      heard.push(message.toString());
      if (heard.length === messages.length) resolve();
    });
  });
  for (const message of messages) client.send(message as string, port, '127.0.0.1');
  await all;
  t.deepEqual(heard, ['text', 'text', 'text', 'text']);
});

test('parameters of bind() are checked', async (t) => {
  const client = clientSocket(t);
  t.throws(() => client.bind({ adress: '127.0.0.1' } as object), { code: 'ERR_UNKNOWN_OPTION' });
  t.throws(() => client.bind({ reusePort: true }), { code: 'ENOTSUP' });
  const server = createServerSocket({ psk: { a: client1.key } });
  t.teardown(async () => server[Symbol.asyncDispose]());
  server.bind(65_536);
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => server.once('error', resolve));
  t.is(error.code, invalid);
});

async function both(t: ExecutionContext) {
  return { server: await bindServer(t), client: clientSocket(t) };
}
