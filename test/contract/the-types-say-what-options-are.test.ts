import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { NetSocket, SocketOption, type SocketState, type TlsaRecord } from 'lwm2m-tls';
import { makeSocket } from '../helpers/contract-sockets.js';
import { projectFolder } from '../helpers/project-folder.js';

test('options have the type of their key', (t) => {
  const socket = makeSocket(t, 'DTLS');
  const timeout: number = socket.getOpt(SocketOption.recvTimeout);
  const state: SocketState = socket.getOpt(SocketOption.state);
  const resumed: boolean = socket.getOpt(SocketOption.sessionResumed);
  t.deepEqual([timeout, state, resumed], [30_000, 0, false]);
  const records: TlsaRecord[] = [];
  // @ts-expect-error it can only be set
  t.throws(() => socket.getOpt(SocketOption.daneTlsaArray));
  // @ts-expect-error it can only be read
  t.throws(() => socket.setOpt(SocketOption.bytesSent, 1));
  // @ts-expect-error a number is wanted
  t.throws(() => socket.setOpt(SocketOption.recvTimeout, records));
});

test('sockets are made by functions, not by new', (t) => {
  // @ts-expect-error the constructor is private
  const construct = () => new NetSocket();
  t.is(typeof construct, 'function');
  t.true(makeSocket(t, 'TLS') instanceof NetSocket);
});

const files = ['net-socket', 'create-socket', 'backends/net-backend', 'backends/create-backend'];
for (const file of [...files, 'backends/stream-backend', 'backends/datagram-backend', 'config/configuration']) {
  test(`${file}.d.ts names no native class`, async (t) => {
    const types = await readFile(path.join(projectFolder, 'dist', 'contract', `${file}.d.ts`), 'utf8');
    t.notRegex(types.replaceAll(/\/\*[\s\S]*?\*\//g, ''), /\bPeer\b|\bNative\w+|\bEndpoint\b|\bSocketCore\b/);
  });
}

test('what console.log shows has no key', async (t) => {
  const { inspect } = await import('node:util');
  const socket = makeSocket(t, 'DTLS');
  await socket.bind('127.0.0.1', 0);
  const shown = inspect(socket, { depth: 9, showHidden: true });
  t.regex(shown, /NetSocket \{.*state: 'bound'/s);
  t.notRegex(shown, /secret|73 65 63/);
});
