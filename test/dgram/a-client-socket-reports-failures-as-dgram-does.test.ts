import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import coap from 'coap';
import type { DtlsClientSocket } from 'lwm2m-tls/dgram';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { bindServer, clientSocket, coapAgent, numbered } from '../helpers/node-coap.js';
import { quickTimeouts, startEchoServer } from '../helpers/ours.js';
import { SilentServer } from '../helpers/silent-server.js';

test('where nobody listens, the callback is told', async (t) => {
  const socket = clientSocket(t);
  await failsWith(t, socket, await freePort(), 'ECONNREFUSED');
});

test('a failed handshake fails all that waited for it, and the next message tries again', async (t) => {
  const { port } = await startEchoServer(t);
  let good = false;
  const wrong = { ...client1, identity: 'nobody' };
  const socket = clientSocket(t, { psk: () => (good ? client1 : wrong) });
  await Promise.all([1, 2, 3].map(() => failsWith(t, socket, port, 'ERR_ALERT_RECEIVED')));
  good = true;
  const answered = once(socket, 'message');
  socket.send('hello', port);
  t.is(String((await answered)[0]), 'hello');
});

test("without a callback there is one 'error', however many messages waited", async (t) => {
  const port = await freePort();
  const socket = clientSocket(t);
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  socket.send('one', port);
  socket.send('two', port);
  await failsWith(t, socket, port, 'ECONNREFUSED');
  await new Promise(setImmediate);
  t.deepEqual(
    errors.map((error) => (error as NodeJS.ErrnoException).code),
    ['ECONNREFUSED'],
  );
});

test('bad options of the handshake are told with the first message', async (t) => {
  const socket = clientSocket(t, { mtu: 1 });
  await failsWith(t, socket, 5684, 'ERR_INVALID_OPTION');
});

test('a name that nobody knows is told', async (t) => {
  const socket = clientSocket(t);
  const [error] = await new Promise<unknown[]>((resolve) => {
    socket.send('hello', 5684, 'nobody.invalid', (...parameters) => resolve(parameters));
  });
  t.regex((error as NodeJS.ErrnoException).code ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
});

test('more messages than may wait fail at once', async (t) => {
  await using server = await SilentServer.open();
  const { port } = server;
  const socket = clientSocket(t, { maxQueued: 2, handshakeTimeouts: quickTimeouts });
  const waiting = [failsWith(t, socket, port, 'ERR_CLOSED'), failsWith(t, socket, port, 'ERR_CLOSED')];
  await failsWith(t, socket, port, 'ENOBUFS');
  t.is(socket.getSendQueueCount(), 2);
  socket.close();
  await Promise.all(waiting);
});

test('a message that does not fit is told, and the association goes on', async (t) => {
  const { port } = await startEchoServer(t);
  const socket = clientSocket(t);
  await failsWith(t, socket, port, 'EMSGSIZE', numbered(2_000));
  const answered = once(socket, 'message');
  socket.send('hello', port);
  t.is(String((await answered)[0]), 'hello');
});

test('connect() that fails is an error, and leaves the socket unconnected', async (t) => {
  const port = await freePort();
  const socket = clientSocket(t);
  socket.connect(port);
  const [error] = await once(socket, 'error');
  t.is(error.code, 'ECONNREFUSED');
  await failsWith(t, socket, port, 'ECONNREFUSED');
});

test('a request of node-coap gets the error of the handshake', async (t) => {
  const { server } = await bindServer(t);
  const { agent } = coapAgent(t, { psk: { ...client1, identity: 'nobody' } });
  const request = coap.request({ agent, hostname: '127.0.0.1', port: server.address().port });
  const failed = once(request, 'error');
  request.end();
  t.is((await failed)[0].code, 'ERR_ALERT_RECEIVED');
  agent.abort(request);
});

async function failsWith(
  t: ExecutionContext,
  socket: DtlsClientSocket,
  port: number,
  code: string,
  message: Uint8Array | string = 'hello',
): Promise<void> {
  const [error, bytes] = await new Promise<[Error | null, number]>((resolve) => {
    socket.send(message, port, '127.0.0.1', (...parameters) => resolve(parameters));
  });
  t.is((error as NodeJS.ErrnoException | null)?.code, code);
  t.is(bytes, 0);
}
