import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';
import { createServerSocket, type DtlsRemoteInfo } from 'lwm2m-tls/dgram';
import { client1 } from '../helpers/credentials.js';
import { bindServer, clientSocket } from '../helpers/node-coap.js';
import { dial, startEchoServer } from '../helpers/ours.js';
import { Program } from '../helpers/program.js';
import { projectFolder } from '../helpers/project-folder.js';
import { SilentServer } from '../helpers/silent-server.js';

const psk = { [client1.identity]: client1.key };

test('a server: before bind(), during it, after it, twice', async (t) => {
  for (const begin of [
    async () => createServerSocket({ psk }),
    async () => createServerSocket({ psk }).bind(0, '127.0.0.1'),
    async () => bindServer(t),
  ]) {
    const socket = await begin();
    let closes = 0;
    socket.on('close', () => {
      closes += 1;
    });
    await new Promise<void>((resolve) => socket.close(resolve).close());
    await new Promise<void>((resolve) => socket.close(resolve));
    t.is(closes, 1);
    t.throws(() => socket.address(), { code: 'ERR_CLOSED' });
    socket.send('hello', 1, '127.0.0.1'); // is lost
    t.throws(() => socket.bind(), { code: 'ERR_CLOSED' });
  }
});

test('a server says goodbye to its peers', async (t) => {
  const socket = await bindServer(t);
  const peer = await dial(t, socket.address().port);
  const ended = once(peer, 'close');
  socket.close();
  t.deepEqual(await ended, [false]);
});

test('a client: unused, during a handshake, established, twice', async (t) => {
  await using silent = await SilentServer.open();
  const { server, port } = await startEchoServer(t);
  for (const target of [undefined, silent.port, port]) {
    const socket = clientSocket(t);
    if (target !== undefined) socket.send('hello', target, '127.0.0.1');
    if (target === port) await once(socket, 'message');
    let closes = 0;
    socket.on('close', () => {
      closes += 1;
    });
    await new Promise<void>((resolve) => socket.close(resolve).close());
    await new Promise<void>((resolve) => socket.close(resolve));
    t.is(closes, 1);
    t.throws(() => socket.bind(), { code: 'ERR_CLOSED' });
    t.throws(() => socket.connect(port), { code: 'ERR_CLOSED' });
    const error = await new Promise<Error | null>((resolve) => socket.send('hello', port, '127.0.0.1', resolve));
    t.is((error as NodeJS.ErrnoException).code, 'ERR_CLOSED');
  }
  t.is(server.counters().handshakesCompleted, 1);
});

test('close() in a listener of its own message is fine', async (t) => {
  const { port } = await startEchoServer(t);
  const socket = clientSocket(t);
  const closed = once(socket, 'close');
  socket.on('message', (_message, _remote) => socket.close());
  socket.send('hello', port, '127.0.0.1');
  await closed;
  const server = await bindServer(t);
  server.on('message', (_message: Buffer, { socket: peer }: DtlsRemoteInfo) => {
    void peer.close();
    server.close();
  });
  const ended = once(server, 'close');
  (await dial(t, server.address().port)).send('hello');
  await ended;
  t.pass();
});

for (const [what, script] of Object.entries({
  'an unused client': 'createClientSocket({ psk });',
  'a client and a server that are not to hold the process': `
    const server = createServerSocket({ psk: { a: psk.key } });
    server.unref();
    server.bind(0, '127.0.0.1', () => {
      const client = createClientSocket({ psk });
      client.on('message', () => client.unref());
      server.on('message', (message, { port, address }) => server.send(message, port, address));
      client.send('hello', server.address().port);
    });`,
})) {
  test(`the process may end with ${what}`, async (t) => {
    const imports = "import { createClientSocket, createServerSocket } from 'lwm2m-tls/dgram';";
    const key = "const psk = { identity: 'a', key: Buffer.from('secret') };";
    await using program = new Program(process.execPath, ['--input-type=module', '-e', `${imports}${key}${script}`], {
      cwd: path.join(projectFolder, 'test'),
    });
    t.is(await program.exited, 0, program.output);
  });
}
