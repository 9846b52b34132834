import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runModule } from '../helpers/child-process.js';
import { dial, echo, startEchoServer, startServer } from '../helpers/ours.js';

const line = /^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}\n$/i;

test('by the keylog event of a server, in the same words as at the client', async (t) => {
  const { server, port } = await startServer(t);
  const logged = once(server, 'keylog');
  const client = await dial(t, port, { keylog: true });
  const [ofServer] = (await logged) as [Buffer];
  const [ofClient] = (await once(client, 'keylog')) as [Buffer];
  t.regex(ofServer.toString(), line);
  t.is(ofServer.toString(), ofClient.toString());
});

test('from the first listener on', async (t) => {
  const { server, port } = await startServer(t);
  await dial(t, port);
  const lines: string[] = [];
  server.on('keylog', (logged) => lines.push(logged.toString()));
  await dial(t, port);
  t.is(lines.length, 1);
});

test('to a file, for its owner only, by servers and clients together', async (t) => {
  const keylogFile = path.join(await temporaryFolder(t), 'keys');
  const { port } = await startServer(t, { keylogFile });
  await dial(t, port, { keylogFile });
  await dial(t, port);
  const lines = (await readFile(keylogFile, 'utf8')).split(/(?<=\n)/);
  t.is(lines.length, 3);
  for (const logged of lines) t.regex(logged, line);
  t.is(lines.filter((logged) => logged === lines[0]).length, 2);
  t.is((await stat(keylogFile)).mode & 0o777, 0o600);
});

test('to SSLKEYLOGFILE, unless an option says false', async (t) => {
  const SSLKEYLOGFILE = path.join(await temporaryFolder(t), 'keys');
  const child = await runModule(
    `import { connect, DtlsServer } from 'lwm2m-tls';
     const psk = { identity: 'device', key: Buffer.from('key') };
     const server = new DtlsServer({ psk: { device: psk.key } });
     const { port } = await server.listen({ host: '127.0.0.1' });
     const options = { host: '127.0.0.1', port, psk, keylogFile: false };
     await (await connect(options)).close();
     await server.close();`,
    [],
    { SSLKEYLOGFILE },
  );
  t.is(child.code, 0, child.stderr);
  t.regex(await readFile(SSLKEYLOGFILE, 'utf8'), line);
});

test('a file that cannot be written is one warning, and the connection is well', async (t) => {
  const child = await runModule(
    `import { connect, DtlsServer } from 'lwm2m-tls';
     const psk = { identity: 'device', key: Buffer.from('key') };
     const server = new DtlsServer({ psk: { device: psk.key } });
     const { port } = await server.listen({ host: '127.0.0.1' });
     for (let i = 0; i < 3; i += 1) await (await connect({ host: '127.0.0.1', port, psk })).close();
     console.log(server.counters().handshakesCompleted);
     await server.close();`,
    [],
    { SSLKEYLOGFILE: path.join(await temporaryFolder(t), 'no', 'such', 'folder') },
  );
  t.is(child.code, 0, child.stderr);
  t.is(child.stdout, '3\n');
  t.is(child.stderr.match(/LWM2M_TLS_KEYLOG/g)?.length, 1, child.stderr);
});

test('a client without the option keylog logs nothing, though somebody listens', async (t) => {
  const { port } = await startEchoServer(t);
  const client = await dial(t, port);
  client.on('keylog', () => t.fail());
  t.is(await echo(client, 'x'), 'x');
});

async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}
