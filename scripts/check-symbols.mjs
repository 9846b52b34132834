/**
 * Proves that our OpenSSL and Node's stay apart. A static link alone is silently redirected to Node's own OpenSSL 3, so
 * this looks at the binary and at a running process:
 *   - the addon exports its two entry points and nothing else,
 *   - it leaves no OpenSSL symbol to be resolved by Node,
 *   - it reports the version it was built with, which is not Node's,
 *   - node:tls and the addon make connections in turn: in one process, and in two workers of it at the same time.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import tls from 'node:tls';
import { isMainThread, Worker } from 'node:worker_threads';
import { supplyOpenssl } from './openssl/supply.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');
const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
const opensslName = /^_?(SSL|DTLS|TLS|EVP|BIO|ERR|X509|CRYPTO|OPENSSL|RAND|HMAC|EC|RSA|BN|ASN1|PEM)_/;
const rounds = 3;

if (isMainThread) {
  await claim('exports nothing but its two entry points', checkExports);
  await claim('leaves no OpenSSL symbol undefined', checkImports);
  await claim('reports its own OpenSSL beside that of Node', checkVersions);
  await claim('works in turn with node:tls in one process', connectInTurn);
  await claim('works in turn with node:tls in two workers', connectInWorkers);
} else {
  await connectInTurn();
}

async function claim(text, check) {
  try {
    const detail = await check();
    process.stdout.write(`ok     the addon ${text}${detail ? `: ${detail}` : ''}\n`);
  } catch (error) {
    process.stdout.write(`not ok the addon ${text}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function checkExports() {
  const exported = symbols(process.platform === 'darwin' ? ['-gU'] : ['-D', '--defined-only']);
  const surplus = exported.filter((name) => !entryPoints.includes(name.replace(/^_/, '')));
  if (surplus.length > 0) throw new Error(`also exports ${surplus.slice(0, 10).join(', ')}`);
  if (exported.length !== entryPoints.length) throw new Error(`exports only ${exported.join(', ') || 'nothing'}`);
}

function checkImports() {
  const foreign = symbols(process.platform === 'darwin' ? ['-u'] : ['-D', '-u']).filter((name) =>
    opensslName.test(name),
  );
  if (foreign.length > 0) throw new Error(foreign.slice(0, 10).join(', '));
}

function symbols(options) {
  const binary = createRequire(import.meta.url)('node-gyp-build').path(projectFolder);
  const lines = execFileSync('nm', [...options, binary], { encoding: 'utf8' }).split('\n');
  return lines.filter(Boolean).map((line) => line.trim().split(/\s+/).at(-1));
}

async function checkVersions() {
  const { opensslVersion } = await import('../dist/index.js');
  const built = supplyOpenssl().version;
  if (!opensslVersion.startsWith(`OpenSSL ${built} `))
    throw new Error(`it says ${opensslVersion}, built with ${built}`);
  if (opensslVersion.startsWith(`OpenSSL ${process.versions.openssl} `))
    throw new Error('it is the same as that of Node');
  return `${opensslVersion.trim()} beside ${process.versions.openssl}`;
}

async function connectInTurn() {
  for (let round = 0; round < rounds; round++) {
    await tlsRoundTrip();
    await dtlsRoundTrip();
  }
}

async function connectInWorkers() {
  const workers = [1, 2].map(() => new Worker(import.meta.filename));
  const codes = await Promise.all(workers.map(async (worker) => (await once(worker, 'exit'))[0]));
  if (codes.some((code) => code !== 0)) throw new Error(`the workers ended with ${codes.join(' and ')}`);
}

/** A pre-shared key spares the certificate. */
async function tlsRoundTrip() {
  const key = Buffer.alloc(16, 7);
  const common = { ciphers: 'PSK-AES128-GCM-SHA256', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
  const server = tls.createServer({ ...common, pskCallback: () => key }, (socket) => socket.pipe(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const pskCallback = () => ({ psk: key, identity: 'check' });
  const socket = tls.connect({ ...common, host: '127.0.0.1', port, pskCallback, checkServerIdentity: () => undefined });
  await once(socket, 'secureConnect');
  socket.write('over TLS');
  const [echo] = await once(socket, 'data');
  socket.destroy();
  server.close();
  if (String(echo) !== 'over TLS') throw new Error(`node:tls answered ${echo}`);
}

async function dtlsRoundTrip() {
  const { connect, DtlsServer } = await import('../dist/index.js');
  const psk = { identity: 'check', key: Buffer.alloc(16, 7) };
  const server = new DtlsServer({ psk: new Map([[psk.identity, psk.key]]) });
  server.on('connection', (peer) => peer.on('message', (message) => peer.send(message)));
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = await connect({ host: '127.0.0.1', port, psk });
  const echoed = once(socket, 'message');
  socket.send('over DTLS');
  const [echo] = await echoed;
  await socket.close();
  await server.close();
  if (String(echo) !== 'over DTLS') throw new Error(`the addon answered ${echo}`);
}
