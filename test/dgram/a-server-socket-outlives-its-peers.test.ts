import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import coap from 'coap';
import { parse } from 'coap-packet';
import { DtlsServer, type DtlsSocket } from 'lwm2m-tls';
import { createServerSocket, type DtlsRemoteInfo, type DtlsServerSocket } from 'lwm2m-tls/dgram';
import { attend } from '../helpers/attend.js';
import { client1, textKeyed } from '../helpers/credentials.js';
import { ask, bindServer, coapAgent, numbered, type Response, serveCoap } from '../helpers/node-coap.js';
import { OneAddress } from '../helpers/one-address.js';
import { dial } from '../helpers/ours.js';
import { deferred, until, within } from '../helpers/within.js';

test('a message to a peer that has left is lost, and counted', async (t) => {
  const { socket, peer, remote } = await serverAndPeer(t);
  const left = once(remote.socket, 'close');
  await peer.close();
  await left;
  t.is(await bytesSent(socket, 'too late', remote.port, remote.address), 8);
  t.is(socket.unreachable, 1);
});

test('a message to an address that was never heard of is lost too', async (t) => {
  const socket = await bindServer(t);
  t.is(await bytesSent(socket, 'hello', 1, '192.0.2.1'), 5);
  t.is(socket.unreachable, 1);
});

test('a peer is reached at every spelling of its address', async (t) => {
  const socket = createServerSocket({ psk: { [client1.identity]: client1.key } });
  t.teardown(async () => socket[Symbol.asyncDispose]());
  socket.bind({ host: '127.0.0.1' });
  await once(socket, 'listening');
  const peer = await dial(t, socket.address().port);
  const heard = once(socket, 'message') as Promise<[Buffer, DtlsRemoteInfo]>;
  peer.send('hello');
  const [, { port }] = await heard;
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '0:0:0:0:0:ffff:7f00:1']) {
    const answered = once(peer, 'message');
    socket.send('hello yourself', port, address);
    t.is(String((await within(5_000, address, answered))[0]), 'hello yourself');
  }
});

test('a peer can be reached before it has said anything', async (t) => {
  const socket = await bindServer(t);
  const connected = once(socket.server, 'connection') as Promise<[DtlsSocket]>;
  const peer = await dial(t, socket.address().port);
  const [{ remoteAddress, remotePort }] = await connected;
  const answered = once(peer, 'message');
  socket.send('welcome', remotePort, remoteAddress);
  t.is(String((await answered)[0]), 'welcome');
});

test('without an address a message is for whom is being heard', async (t) => {
  const socket = await bindServer(t);
  socket.on('message', (message, { port }) => socket.send(message, 0, message.length, port));
  const peer = await dial(t, socket.address().port, { localAddress: '127.0.0.3' });
  const answered = once(peer, 'message');
  peer.send('hello');
  t.is(String((await answered)[0]), 'hello');
});

test('a message that does not fit is told to the callback', async (t) => {
  const { socket, remote } = await serverAndPeer(t);
  const [error, bytes] = await new Promise<[Error | null, number]>((resolve) => {
    socket.send(numbered(2_000), remote.port, remote.address, (...parameters) => resolve(parameters));
  });
  t.is((error as NodeJS.ErrnoException).code, 'EMSGSIZE');
  t.is(bytes, 0);
});

test("a client that is refused is not an 'error'", async (t) => {
  const socket = await bindServer(t);
  socket.on('error', (error) => t.fail(error.message));
  const refused = once(socket.server, 'clientError');
  await t.throwsAsync(dial(t, socket.address().port, { psk: { ...client1, identity: 'nobody' } }));
  const [error] = await refused;
  t.is(error.code, 'ERR_UNKNOWN_PSK_IDENTITY');
});

test('a device that starts again at the same port is another association, and the one that is reached', async (t) => {
  const socket = await bindServer(t);
  const address = attend(t, await OneAddress.open(socket.address().port));
  const remotes: DtlsRemoteInfo[] = [];
  socket.on('message', (_message: Buffer, remote: DtlsRemoteInfo) => remotes.push(remote));
  for (const credentials of [client1, textKeyed]) {
    const peer = await dial(t, address.port, { psk: credentials });
    peer.send('hello');
    await until('a message', () => remotes.at(-1)?.pskIdentity === credentials.identity);
    const answered = once(peer, 'message');
    socket.send(`hello ${credentials.identity}`, remotes[0]?.port, remotes[0]?.address);
    t.is(String((await within(5_000, 'an answer', answered))[0]), `hello ${credentials.identity}`);
  }
  t.deepEqual(
    remotes.map(({ association }) => association),
    [1, 2],
  );
  t.is(remotes[0]?.port, remotes[1]?.port);
});

test('a client of node-coap that leaves before its answer harms nobody', async (t) => {
  const asked = deferred<Response>();
  const { socket, port } = await serveCoap(t, (request, response) => {
    if (request.url === '/slow') asked.resolve(response);
    else response.end('still here');
  });
  const hasty = coapAgent(t);
  const request = coap.request({ agent: hasty.agent, hostname: '127.0.0.1', port, pathname: '/slow' });
  request.on('error', () => {});
  request.end();
  const response = await asked.promise;
  hasty.agent.abort(request);
  await hasty.socket[Symbol.asyncDispose]();
  await until('the end of the association', () => socket.server.connections === 0);
  response.end('too late');
  const { agent } = coapAgent(t);
  t.is((await ask(agent, port)).payload.toString(), 'still here');
  t.true(socket.unreachable >= 1);
});

test('node-coap says what is not CoAP, though it leaves the address out', async (t) => {
  const { port } = await serveCoap(t, () => t.fail());
  const peer = await dial(t, port, { localAddress: '127.0.0.3' });
  const answered = once(peer, 'message') as Promise<[Buffer]>;
  peer.send(Buffer.from([0xff, 0, 0, 0])); // there is no version 3
  t.is(parse((await within(5_000, 'an answer', answered))[0]).code, '5.00');
});

test('a server that exists already, bound or not, may be given', async (t) => {
  const psk = { [client1.identity]: client1.key };
  for (const listening of [true, false]) {
    const server = new DtlsServer({ psk });
    if (listening) await server.listen({ host: '127.0.0.1' });
    const socket = createServerSocket(server);
    t.teardown(async () => socket[Symbol.asyncDispose]());
    if (listening) t.throws(() => socket.bind(), { code: 'ERR_ALREADY_LISTENING' });
    else await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const peer = await dial(t, socket.address().port);
    const heard = once(socket, 'message');
    peer.send('hello');
    t.is(String((await heard)[0]), 'hello');
  }
});

async function serverAndPeer(
  t: ExecutionContext,
): Promise<{ socket: DtlsServerSocket; peer: DtlsSocket; remote: DtlsRemoteInfo }> {
  const socket = await bindServer(t);
  const heard = once(socket, 'message') as Promise<[Buffer, DtlsRemoteInfo]>;
  const peer = await dial(t, socket.address().port);
  peer.send('hello');
  const [, remote] = await within(10_000, 'a message', heard);
  return { socket, peer, remote };
}

async function bytesSent(socket: DtlsServerSocket, message: string, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.send(message, port, address, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}
