import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { dialNode, dialTls, echoed, only, startTlsEchoServer } from './ends.js';

const line12 = /^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}\n$/i;
const labels13 = [
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'EXPORTER_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_TRAFFIC_SECRET_0',
];

test('TLSv1.2: by the keylog events of both ends, in the same words', async (t) => {
  const { server, port } = await startTlsEchoServer(t);
  const logged = once(server, 'keylog') as Promise<[Buffer]>;
  const client = await dialTls(t, port, { keylog: true, ...only('TLSv1.2') });
  const [ofServer] = await logged;
  const [ofClient] = (await once(client, 'keylog')) as [Buffer];
  t.regex(ofServer.toString(), line12);
  t.is(ofServer.toString(), ofClient.toString());
});

test("TLSv1.3: line by line, and as Node's client has them", async (t) => {
  const { server, port } = await startTlsEchoServer(t);
  const ofServer: string[] = [];
  server.on('keylog', (line) => ofServer.push(line.toString()));
  const client = await dialTls(t, port, { keylog: true, ...only('TLSv1.3') });
  t.is(await echoed(client, 'ping'), 'ping');
  const ofClient: string[] = [];
  client.on('keylog', (line: Buffer) => ofClient.push(line.toString()));
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual([...ofClient].sort(), [...ofServer].sort());
  t.deepEqual(ofClient.map((line) => line.split(' ')[0]).sort(), labels13);
  t.true(ofClient.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1));

  ofServer.length = 0;
  const ofNode: string[] = [];
  const node = await dialNode(t, port, only('TLSv1.3'));
  node.on('keylog', (line) => ofNode.push(line.toString()));
  t.is(await echoed(node, 'ping'), 'ping');
  t.true(ofNode.every((line) => ofServer.includes(line)));
});

test('to a file, by servers and clients', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'keys-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [atServer, atClient] = [path.join(folder, 'server'), path.join(folder, 'client')];
  const { port } = await startTlsEchoServer(t, { keylogFile: atServer });
  const client = await dialTls(t, port, { keylogFile: atClient });
  t.is(await echoed(client, 'ping'), 'ping');
  const sorted = async (file: string) => (await readFile(file, 'utf8')).split('\n').sort();
  t.deepEqual(await sorted(atServer), await sorted(atClient));
  t.is((await sorted(atServer)).length, labels13.length + 1);
});

test('without the option keylog a client logs nothing, though somebody listens', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const client = await dialTls(t, port);
  noKeylog(t, client);
  t.is(await echoed(client, 'ping'), 'ping');
});

function noKeylog(t: ExecutionContext, client: NodeJS.EventEmitter): void {
  client.on('keylog', () => t.fail());
}
