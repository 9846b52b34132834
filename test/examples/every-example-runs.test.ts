import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { redisServer, testWith } from '../helpers/foreign/tools.js';
import { Program } from '../helpers/program.js';
import { projectFolder } from '../helpers/project-folder.js';
import { RedisServer } from '../helpers/redis-server.js';

const folder = path.join(projectFolder, 'examples');
const LONGEST = 80;

/** What each prints. */
const outputs: Readonly<Record<string, readonly string[]>> = {
  'psk-minimal.mjs': ['the server says hello'],
  'resumption.mjs': [
    'the first connection: a full handshake',
    'after a sleep: the session goes on',
    'after a restart: the session goes on',
    'after the memory was lost: a full handshake',
  ],
  'configuration.mjs': [
    'the server sees DTLSv1.2, TLS_PSK_WITH_AES_128_CBC_SHA256, the name lwm2m.example',
    'a datagram takes 1183 bytes',
    'ETIMEDOUT: receive: nothing came within 100 ms',
    "ERR_UNKNOWN_OPTION: unknown option 'cipherSuites' of the configuration: did you mean 'ciphersuites'?",
    'ERR_ALERT_RECEIVED: handshake_failure, AVS_NET_SSL_ALERT_CATEGORY 552',
  ],
  'certificates.mjs': [
    'the server knows the device: CN=example device',
    'the server says hello',
    'ERR_CERTIFICATE_VERIFY: HOSTNAME_MISMATCH',
    'ERR_CERTIFICATE_VERIFY: UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  'dane.mjs': ['the server has the key of the record', 'ERR_CERTIFICATE_VERIFY: DANE_NO_MATCH'],
  'tcp.mjs': ['the server speaks TLSv1.3', '8 bytes, and more is there already', '6 bytes', 'you said hello'],
  'decorate.mjs': ['in the clear: STARTTLS', 'in the clear: 220 go ahead', 'through TLS: you said a secret'],
  'metrics.mjs': [
    'refused: stranger, ERR_UNKNOWN_PSK_IDENTITY',
    'lwm2m_tls_handshakes_initiated_total{server="example"} 2',
    'lwm2m_tls_messages_received_total{server="example"} 1',
    'lwm2m_tls_messages_sent_total{server="example"} 1',
  ],
  'group.mjs': ['worker 0 says hello', 'worker 1 says hello', 'each of the clients was heard: true', 'resumed: true'],
  'psk-lookup.mjs': [
    '127.0.0.1 says that it is device-1',
    'the server says hello',
    '127.0.0.1 says that it is device-2',
    'device-2: ERR_UNKNOWN_PSK_IDENTITY',
    'refused: unknown_psk_identity',
  ],
  'harness.mjs': [
    'device-1 says hello',
    'while the port is closed: ECONNREFUSED',
    'after the server has forgotten it the device is connected',
    'resumed: false',
    'the device hears internal_error',
    'captured: true',
  ],
  'swarm.mjs': [
    '1000 devices are connected',
    'dev-000007 at 127.0.0.8 hears its own words',
    'resumed: true',
    'resumed: false',
    'it is at 127.0.3.233 now, resumed: true',
  ],
  'node-coap.mjs': [
    '2.05 hello device-1, by TLS_PSK_WITH_AES_128_CCM_8',
    '2.04 took 100000 bytes',
    'observed 21 degrees',
    'observed 22 degrees',
  ],
  'lwm2m-server.mjs': [
    'device-1 registers for 60 s with /1/0 /3/0',
    'device-1 updates, now for 120 s',
    'device-1 leaves',
  ],
};

/** What prints this needs a Redis. */
const withRedis = 'shared-sessions.mjs';
const withRedisLines = [
  'a device comes to server 1: a full handshake',
  'it comes back to server 2: the session goes on',
  'one without tickets comes to server 1: a full handshake',
  'it comes back to server 2: the session goes on',
];

/** Those that do not run by themselves; the test of the README runs them together. */
const pair = ['client.mjs', 'server.mjs'];

for (const [file, lines] of Object.entries(outputs)) {
  test(`${file} prints what it is meant to, and ends`, async (t) => {
    await prints(t, file, lines);
  });
}

testWith(redisServer, `${withRedis} prints what it is meant to, and ends`, async (t, tool) => {
  const { port } = await RedisServer.start(t, tool);
  await prints(t, withRedis, withRedisLines, { REDIS_URL: `redis://127.0.0.1:${port}` });
});

test('no example is left out', async (t) => {
  t.deepEqual((await examples()).sort(), [...Object.keys(outputs), withRedis, ...pair].sort());
});

test(`every example has fewer than ${LONGEST} lines`, async (t) => {
  for (const file of await examples()) {
    const text = await readFile(path.join(folder, file), 'utf8');
    t.true(text.split('\n').length <= LONGEST, file);
  }
});

test('the index of the examples names each', async (t) => {
  const index = await readFile(path.join(folder, 'README.md'), 'utf8');
  for (const file of await examples()) t.true(index.includes(`[${file}](${file})`), file);
});

async function prints(t: ExecutionContext, file: string, lines: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using program = new Program(process.execPath, [path.join(folder, file)], { env });
  t.is(await program.exited, 0, program.output);
  t.deepEqual(program.stdout.trimEnd().split('\n'), lines);
  t.is(program.stderr, '');
}

async function examples(): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.mjs'));
}
