/** The helpers themselves: what `openssl` and `danetool` think of our certificates, keys, CRLs and TLSA records. */
import type { KeyObject } from 'node:crypto';
import test from 'ava';
import { danetool, openssl3, runTool, type Tool, testWith } from '../helpers/foreign/tools.js';
import {
  issue,
  pemOf,
  pkcs8Der,
  pkcs8Pem,
  pkcs12,
  pki,
  serverName,
  tlsa,
  tlsaText,
  traditionalDer,
  traditionalPem,
  writeCertificateFiles,
  writeHashedFolder,
  writeTemporary,
  writeTrustFile,
} from '../helpers/pki.js';

const verdicts: { name: keyof typeof pki & `${string}Server`; error?: number }[] = [
  { name: 'rsaServer' },
  { name: 'directServer' },
  { name: 'expiredServer', error: 10 },
  { name: 'futureServer', error: 9 },
  { name: 'misnamedServer', error: 62 },
  { name: 'strangeServer', error: 20 },
  { name: 'selfSignedServer', error: 18 },
  { name: 'clientOnlyServer', error: 26 },
  { name: 'revokedServer', error: 23 },
];

for (const { name, error } of verdicts) {
  testWith(openssl3, `${name} is ${error ? `refused with ${error}` : 'accepted'}`, async (t, openssl) => {
    const parameters = [
      ...['verify', '-no-CApath', '-CAfile', writeTrustFile(t, [await pki.root()]), '-purpose', 'sslserver'],
      ...['-untrusted', writeTrustFile(t, [await pki.intermediate()]), '-verify_hostname', serverName],
      ...['-crl_check', '-CRLfile', writeTemporary(t, 'crl.pem', (await pki.crl()).pem + (await pki.rootCrl()).pem)],
      writeCertificateFiles(t, await pki[name]()).certificate,
    ];
    if (error) t.throws(() => runTool(openssl, parameters), { message: new RegExp(`error ${error} at 0 depth`) });
    else t.regex(runTool(openssl, parameters).toString(), /: OK/);
  });
}

const keyForms: { form: string; begin: RegExp; write: (key: KeyObject) => string | Buffer; options?: string[] }[] = [
  { form: 'PKCS#8 PEM', begin: /^-----BEGIN PRIVATE KEY/, write: (key) => pkcs8Pem(key) },
  { form: 'PKCS#8 PEM, encrypted', begin: /^-----BEGIN ENCRYPTED PRIVATE/, write: (key) => pkcs8Pem(key, 'secret') },
  { form: 'PKCS#8 DER', begin: /^0/, write: (key) => pkcs8Der(key), options: ['-inform', 'DER'] },
  { form: 'PKCS#8 DER, encrypted', begin: /^0/, write: (key) => pkcs8Der(key, 'secret'), options: ['-inform', 'DER'] },
  { form: 'traditional PEM', begin: /^-----BEGIN (EC|RSA) PRIVATE KEY/, write: (key) => traditionalPem(key) },
  { form: 'traditional PEM, encrypted', begin: /DEK-Info: AES-256-CBC/, write: (key) => traditionalPem(key, 'secret') },
  { form: 'traditional DER', begin: /^0/, write: (key) => traditionalDer(key), options: ['-inform', 'DER'] },
];

for (const { form, begin, write, options = [] } of keyForms) {
  testWith(openssl3, `openssl reads a key as ${form}`, async (t, openssl) => {
    for (const { key, x509 } of [await pki.server(), await pki.rsaServer()]) {
      const content = write(key);
      t.regex(content.toString('latin1'), begin);
      const file = writeTemporary(t, 'key', content);
      const publicKey = runTool(openssl, ['pkey', '-in', file, '-passin', 'pass:secret', '-pubout', ...options]);
      t.is(publicKey.toString(), x509.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    }
  });
}

testWith(openssl3, 'a PKCS#12 file has the key and the chain', async (t, openssl) => {
  const server = await pki.server();
  const file = writeTemporary(t, 'server.p12', pkcs12(t, openssl, server, 'secret'));
  const content = runTool(openssl, ['pkcs12', '-in', file, '-passin', 'pass:secret', '-nodes']).toString();
  t.is(content.match(/BEGIN CERTIFICATE/g)?.length, 2);
  t.regex(content, /BEGIN PRIVATE KEY/);
});

testWith(openssl3, 'a hashed folder is found by subject', async (t, openssl) => {
  const folder = writeHashedFolder(t, openssl, [(await pki.root()).pem, (await pki.intermediate()).pem]);
  const { certificate } = writeCertificateFiles(t, await pki.server());
  t.regex(runTool(openssl, ['verify', '-no-CAfile', '-CApath', folder, certificate]).toString(), /: OK/);
});

testWith(danetool, 'danetool makes the same TLSA records', async (t, tool) => {
  const server = await pki.server();
  const { certificate } = writeCertificateFiles(t, server);
  for (const selector of [0, 1]) {
    for (const matching of [1, 2]) {
      const ours = tlsaText(tlsa(server, 3, selector, matching)).replace(/\b\d /g, '0$&');
      t.is(danetoolRecord(tool, certificate, selector, matching).toUpperCase(), ours);
    }
  }
});

function danetoolRecord(tool: Tool, certificate: string, selector: number, matching: number): string {
  const source = ['--tlsa-rr', '--host', serverName, '--load-certificate', certificate];
  const hash = ['--hash', matching === 2 ? 'sha512' : 'sha256', ...(selector === 0 ? ['--x509'] : [])];
  // _443._tcp.localhost. IN TLSA ( 03 01 01 hex )
  const [, data] =
    runTool(tool, [...source, ...hash])
      .toString()
      .match(/TLSA \( ([^)]+) \)/) ?? [];
  return data ?? 'no record';
}

test('a chain ends before the root, a self-signed certificate is its own chain', async (t) => {
  const server = await pki.server();
  t.deepEqual(server.chain, [server, await pki.intermediate()]);
  t.deepEqual(server.fullChain, [...server.chain, await pki.root()]);
  t.is(pemOf(server.chain), server.chainPem);
  const alone = await pki.selfSignedServer();
  t.deepEqual(alone.chain, [alone]);
});

test('two certificates may have one key: cross-signing', async (t) => {
  const [root, other] = [await pki.root(), await pki.strangeRoot()];
  const crossed = await issue({ name: 'test root', ca: true, key: root.keyPair, issuer: other });
  t.is(crossed.x509.subject, root.x509.subject);
  t.true(crossed.x509.verify(other.x509.publicKey));
  t.true((await pki.intermediate()).x509.verify(crossed.x509.publicKey));
});
