import { exec } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { connect, type DtlsSocket } from 'lwm2m-tls';
import { SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { attend } from '../helpers/attend.js';
import { SilentServer } from '../helpers/silent-server.js';
import { within } from '../helpers/within.js';
import { CommandProcess, entryPoint } from './command-process.js';

const key = '000102030405060708090a0b0c0d0e0f';
const credentials = ['--psk-identity', 'device-1', '--psk-key', key];

async function serve(t: ExecutionContext, ...parameters: string[]): Promise<{ server: CommandProcess; port: number }> {
  const server = CommandProcess.start(t, 'serve', '--host', '127.0.0.1', '--port', '0', ...parameters);
  const [, port] = await server.waitFor(/listening.*?(?:127\.0\.0\.1:|"port":)(\d+)/);
  return { server, port: Number(port) };
}

function dial(t: ExecutionContext, port: number, ...parameters: string[]): CommandProcess {
  return CommandProcess.start(t, 'connect', '127.0.0.1', String(port), ...parameters);
}

function device(port: number): SimulatedDevice {
  return new SimulatedDevice({
    host: '127.0.0.1',
    port,
    psk: { identity: 'device-1', key: Buffer.from(key, 'hex') },
    lifetime: 60,
  });
}

async function connected(t: ExecutionContext, port: number): Promise<DtlsSocket> {
  return attend(
    t,
    await connect({ host: '127.0.0.1', port, psk: { identity: 'device-1', key: Buffer.from(key, 'hex') } }),
  );
}

/**
 * Until the test ends: for writes that are to fail with EPIPE. One alone may succeed, since a process that another
 * thread of the tests is starting has the reader's end too until it runs its own program.
 */
function repeat(t: ExecutionContext, action: (turn: number) => void): void {
  let turn = 0;
  action(turn);
  const timer = setInterval(() => {
    turn += 1;
    action(turn);
  }, 200);
  t.teardown(() => clearInterval(timer));
}

test('what a device does is printed, a line for each event', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const client = device(port);
  await client.connect();
  await client.register();
  const { location } = client;
  await client.update({ lifetime: 90 });
  await client.deregister();
  await client.close();
  await server.waitFor(/disconnected/);
  const peer = '127\\.0\\.0\\.1:\\d+ device-1 TLS_PSK_WITH_AES_128_CCM_8';
  for (const line of [
    `connected +${peer}$`,
    `register +${peer} endpoint=device-1 location=${location} lifetime=60 s lwm2m=1\\.1 objects=/1/0,/3/0$`,
    `update +${peer} .* lifetime=90 s`,
    `deregister +${peer}`,
    `disconnected +${peer} said goodbye$`,
  ]) {
    t.regex(server.stdout, new RegExp(line, 'm'));
  }
  server.kill('SIGINT');
  t.is(await server.exited, 130, server.stderr);
  t.regex(server.stdout, /stopped +1 handshakes, 0 failed; 1 registrations, 1 updates, 1 de-registrations, 0 expired/);
  t.is(server.stderr, '');
});

test('--json prints one object per line', async (t) => {
  const { server, port } = await serve(t, '--json', ...credentials);
  const client = device(port);
  await client.connect();
  await client.register();
  await client.close();
  await server.waitFor(/"event":"disconnected"/);
  server.kill('SIGTERM');
  t.is(await server.exited, 143, server.stderr);
  const events = server.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.deepEqual(
    events.map(({ event }) => event),
    ['listening', 'connected', 'register', 'disconnected', 'stopped'],
  );
  t.like(events[2], { address: '127.0.0.1', identity: 'device-1', endpoint: 'device-1', lifetime: 60 });
});

test('without credentials one is made up and printed', async (t) => {
  const { server, port } = await serve(t);
  const [, identity = '', made = ''] = await server.waitFor(/--psk-identity (\S+) --psk-key ([0-9a-f]{32})/);
  const client = dial(t, port, '--psk-identity', identity, '--psk-key', made, '--hex', '--wait', '300');
  client.endInput();
  t.is(await client.exited, 0, client.stderr);
});

test('lines go out as datagrams, replies come in', async (t) => {
  const { port } = await serve(t, ...credentials);
  const client = dial(t, port, ...credentials, '--hex', '--wait', '60000');
  await client.waitFor(/connected to 127\.0\.0\.1:\d+, TLS_PSK_WITH_AES_128_CCM_8, datagrams up to \d+ bytes/);
  client.writeLine('40001234');
  await client.waitFor(/^70001234$/m);
  client.writeLine('nothing hexadecimal');
  await client.waitFor(/not sent: the line is not hexadecimal/);
  client.writeLine('');
  await client.waitFor(/not sent: the line is empty, and empty messages are not sent/);
  client.kill('SIGINT');
  t.is(await client.exited, 130, client.stderr);
  t.is(client.stdout, '70001234\n');
});

test('the end of stdin ends the client after a grace', async (t) => {
  const { port } = await serve(t, ...credentials);
  const client = dial(t, port, ...credentials, '--hex');
  client.writeLine('40001234');
  client.endInput();
  t.is(await client.exited, 0, client.stderr);
  t.is(client.stdout, '70001234\n');
});

test('the end of the server ends the client, and is not taken for a goodbye', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const leaver = dial(t, port, ...credentials, '--wait', '0');
  leaver.endInput();
  t.is(await leaver.exited, 0, leaver.stderr);
  await server.waitFor(/disconnected .* said goodbye$/m);
  const client = dial(t, port, ...credentials);
  await client.waitFor(/connected to/);
  server.kill('SIGINT');
  t.is(await client.exited, 0, client.stderr);
  t.regex(client.stderr, /closed by the server/);
  t.is(await server.exited, 130);
  t.regex(server.stdout, /disconnected .* closed by this server\n.* stopped /);
  t.is(server.stdout.match(/said goodbye/g)?.length, 1);
});

test('an unknown identity is named on both sides, with what to do', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const client = dial(t, port, '--psk-identity', 'stranger', '--psk-key', key);
  t.is(await client.exited, 1);
  t.regex(client.stderr, /the server does not know this PSK identity; compare --psk-identity/);
  await server.waitFor(
    /failed +127\.0\.0\.1:\d+ stranger the PSK identity "stranger" is not known here .*; add it with/,
  );
});

test('a wrong key is named by the server', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const client = dial(t, port, '--psk-identity', 'device-1', '--psk-key', 'ff'.repeat(16));
  await server.waitFor(/failed +127\.0\.0\.1:\d+ device-1 the PSK keys of the two sides differ/);
  client.kill('SIGINT');
  t.is(await client.exited, 130);
  server.kill('SIGINT');
  t.is(await server.exited, 130);
  t.regex(server.stdout, /stopped +0 handshakes, 1 failed/);
});

test('who waits for a silent server is told what it may be, and --timeout ends it', async (t) => {
  const { port } = attend(t, await SilentServer.open());
  const startedAt = performance.now();
  const patient = dial(t, port, ...credentials);
  await patient.waitFor(new RegExp(`^connecting to 127\\.0\\.0\\.1:${port} \\.\\.\\.$`, 'm'));
  const hurried = dial(t, port, ...credentials, '--timeout', '1');
  t.is(await hurried.exited, 1);
  t.regex(hurried.stderr, /the server did not answer; .*PSK keys differ .*no answer within 1 s.*\(ETIMEDOUT\)/);
  await patient.waitFor(/no answer yet: a wrong key or a firewall look like this; Ctrl-C stops/);
  t.true(performance.now() - startedAt >= 5_000);
  patient.kill('SIGINT');
  t.is(await patient.exited, 130);
});

test('no common cipher suite is named by the server', async (t) => {
  const { server, port } = await serve(t, ...credentials, '--cipher-suites', 'TLS_PSK_WITH_AES_128_CCM_8');
  const client = dial(t, port, ...credentials, '--cipher-suites', 'TLS_PSK_WITH_AES_128_GCM_SHA256');
  t.is(await client.exited, 1);
  await server.waitFor(/failed +127\.0\.0\.1:\d+ - the two sides have no cipher suite in common/);
});

test('a port in use is a failure with its code', async (t) => {
  const { port } = await serve(t, ...credentials);
  const second = CommandProcess.start(t, 'serve', '--host', '127.0.0.1', '--port', String(port), ...credentials);
  t.is(await second.exited, 1);
  t.regex(second.stderr, /EADDRINUSE/);
});

test('a reader of stdout that goes ends serve, with goodbyes', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const first = await connected(t, port);
  await server.waitFor(/connected/);
  const ended = once(first, 'close');
  server.closeOutput();
  const second = await connected(t, port); // its line is the first that cannot be written
  repeat(t, (turn) => {
    const unknownPath = Buffer.from([0x40, 0x01, 0, turn]);
    if (second.state === 'connected') second.send(unknownPath);
  });
  t.deepEqual(await within(5_000, 'a goodbye', ended), [false]);
  if (second.state === 'connected') await within(5_000, 'a goodbye', once(second, 'close'));
  t.is(await server.exited, 0);
  t.is(server.stderr, '');
});

test('Ctrl-C after the reader of stdout has gone is a Ctrl-C', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const socket = await connected(t, port);
  await server.waitFor(/connected/);
  const ended = once(socket, 'close');
  server.closeOutput();
  server.kill('SIGINT');
  t.deepEqual(await within(5_000, 'a goodbye', ended), [false]);
  t.is(await server.exited, 130);
  t.is(server.stderr, '');
});

test('a full disk behind stdout is a failure, early and late', async (t) => {
  if (!existsSync('/dev/full')) {
    t.log('skipped: no /dev/full');
    t.pass();
    return;
  }
  for (const command of ['serve --host 127.0.0.1 --port 0', 'demo --devices 1']) {
    const line = `"${process.execPath}" "${entryPoint}" ${command} > /dev/full`;
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      exec(line, { timeout: 20_000 }, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
    });
    t.is(code, 1, command);
    t.regex(stderr, /ENOSPC/);
  }
});

test('a reader of stdout that goes ends connect, with a goodbye', async (t) => {
  const { server, port } = await serve(t, ...credentials);
  const client = dial(t, port, ...credentials, '--hex');
  await client.waitFor(/connected to/);
  client.closeOutput();
  repeat(t, () => client.writeLine('40001234'));
  t.is(await within(20_000, 'the end of connect', client.exited), 0, client.stderr);
  await server.waitFor(/disconnected .* said goodbye/);
});

test('--psk-file and --keylog', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-'));
  t.teardown(async () => rm(folder, { recursive: true }));
  const identities = path.join(folder, 'identities.txt');
  const keylog = path.join(folder, 'keys.log');
  await writeFile(identities, `# test devices\n\nurn:dev:1:${key}\n`);
  const { port } = await serve(t, '--psk-file', identities, '--keylog', keylog);
  const client = dial(t, port, '--psk-identity', 'urn:dev:1', '--psk-key', key, '--wait', '0');
  client.endInput();
  t.is(await client.exited, 0, client.stderr);
  t.regex(await readFile(keylog, 'utf8'), /^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/m);
});

test('a bad line of --psk-file is named', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-'));
  t.teardown(async () => rm(folder, { recursive: true }));
  const identities = path.join(folder, 'identities.txt');
  await writeFile(identities, 'good:00\nbad\n');
  const server = CommandProcess.start(t, 'serve', '--psk-file', identities);
  t.is(await server.exited, 2);
  t.regex(server.stderr, /identities\.txt:2: not of the form identity:hexkey/);
});
