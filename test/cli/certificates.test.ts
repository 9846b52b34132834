import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { identityOf } from '../helpers/certified.js';
import { type CertifiedKey, pki } from '../helpers/pki.js';
import { CommandProcess } from './command-process.js';

/** Writes chain and key into files that go with the test: the options for them. */
async function filesOf(t: ExecutionContext, certified: CertifiedKey): Promise<string[]> {
  return ['--cert', await file(t, certified.chainPem), '--key', await file(t, certified.keyPem)];
}

async function file(t: ExecutionContext, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-'));
  t.teardown(async () => rm(folder, { recursive: true }));
  const name = path.join(folder, 'file');
  await writeFile(name, content);
  return name;
}

async function serve(t: ExecutionContext, ...parameters: string[]): Promise<{ server: CommandProcess; port: string }> {
  const server = CommandProcess.start(t, 'serve', '--host', '127.0.0.1', '--port', '0', ...parameters);
  const [, port = ''] = await server.waitFor(/listening.*?127\.0\.0\.1:(\d+)/);
  return { server, port };
}

function dial(t: ExecutionContext, port: string, ...parameters: string[]): CommandProcess {
  return CommandProcess.start(t, 'connect', '127.0.0.1', port, '--wait', '0', ...parameters);
}

test('serve asks devices for a certificate, and says who came', async (t) => {
  const ca = await file(t, (await pki.root()).pem);
  const { server, port } = await serve(t, ...(await filesOf(t, await pki.server())), '--ca', ca);
  t.notRegex(server.stdout, /made up for this run/);
  const device = new SimulatedDevice({
    host: '127.0.0.1',
    port: Number(port),
    ca: (await pki.root()).pem,
    ...identityOf(await pki.client()),
    endpoint: 'urn:dev:1',
  });
  await device.connect();
  await device.register();
  await device.close();
  await server.waitFor(/connected .* CN=client TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8/);
  await server.waitFor(/register .* client TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 endpoint=urn:dev:1/);
});

test('connect verifies the server, by PEM or by DER', async (t) => {
  const { port } = await serve(t, ...(await filesOf(t, await pki.server())));
  for (const content of [(await pki.root()).pem, (await pki.root()).der]) {
    const client = dial(t, port, '--ca', await file(t, content));
    client.endInput();
    t.is(await client.exited, 0, client.stderr);
    t.regex(client.stderr, /connected to .*TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8/);
    t.notRegex(client.stderr, /not verified/);
  }
});

test('what is wrong with the certificate is explained', async (t) => {
  const { port } = await serve(t, ...(await filesOf(t, await pki.server())));
  const root = await file(t, (await pki.root()).pem);
  const strange = await file(t, (await pki.strangeRoot()).pem);
  for (const [parameters, words] of [
    [['--ca', strange], /signed by nobody that is trusted here; give the authority .*--ca.*ERR_CERTIFICATE_VERIFY/],
    [['--ca', root, '--servername', 'other.example'], /is for another name; .*--servername/],
  ] as const) {
    const client = dial(t, port, ...parameters);
    t.is(await client.exited, 1);
    t.regex(client.stderr, words);
  }
});

test('--insecure-no-verify connects, and says what that means', async (t) => {
  const { port } = await serve(t, ...(await filesOf(t, await pki.strangeServer())));
  const client = dial(t, port, '--insecure-no-verify');
  client.endInput();
  t.is(await client.exited, 0, client.stderr);
  t.regex(client.stderr, /certificate is not verified \(UNABLE_TO_GET_ISSUER_CERT_LOCALLY\): it can be anybody/);
});

test('serve says why a device was refused', async (t) => {
  const ca = await file(t, (await pki.root()).pem);
  const { server, port } = await serve(t, ...(await filesOf(t, await pki.server())), '--ca', ca);
  const without = dial(t, port, '--ca', ca);
  t.is(await without.exited, 1);
  await server.waitFor(/failed .*the device showed no certificate \(ERR_TLS_LIBRARY\); give it one/);
  const strange = dial(t, port, '--ca', ca, ...(await filesOf(t, await pki.strangeClient())));
  t.is(await strange.exited, 1);
  t.regex(strange.stderr, /does not believe our certificate \(alert unknown_ca\)/);
  await server.waitFor(/failed .*signed by nobody that is trusted here \(ERR_CERTIFICATE_VERIFY\)/);
});

test('a file that holds something else is a wrong command line', async (t) => {
  const [cert, key] = [await file(t, 'none'), await file(t, (await pki.server()).keyPem)];
  const server = CommandProcess.start(t, 'serve', '--port', '0', '--cert', cert, '--key', key);
  t.is(await server.exited, 2);
  t.regex(server.stderr, /--cert: is neither PEM nor DER.*\(ERR_INVALID_CERTIFICATE\)/);
});
