/** Mbed TLS 2.28, by a program of our own on Debian's library: see mbedtls-peer.c. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { compileInto } from '../compile.js';
import { writeCertificateFiles, writeTemporary, writeTrustFile } from '../pki.js';
import { Program } from '../program.js';
import type { Suite } from '../suites.js';
import { watch } from '../watch.js';
import { complete, type ForeignPeer, type PeerClientOptions, type PeerServerOptions } from './peer.js';
import { cc, type MaybeTool, type Tool } from './tools.js';

/** The compiler, where the library's headers are. */
export const mbedtlsCompiler: MaybeTool =
  'missing' in cc || existsSync('/usr/include/mbedtls/ssl_internal.h')
    ? cc
    : { name: 'Mbed TLS 2.28', missing: 'install libmbedtls-dev 2.28' };

/** Commands for a running peer: lines of its input that are not sent. */
export const mbedtlsCommands = {
  closeNotify: '/quit',
  leaveInSilence: '/leave',
  alert: (level: number, description: number) => `/alert ${level} ${description}`,
};

/** Starts the program with words like `port=5684`, of which mbedtls-options.h has the list. */
export function startMbedtls(t: ExecutionContext, words: readonly string[]): Program {
  return watch(t, new Program(executable(), words));
}

export const mbedtls: ForeignPeer = {
  name: 'Mbed TLS',
  tool: mbedtlsCompiler,
  versions: ['1.0', '1.1', '1.2'],
  sessionFiles: true,
  echoes: true,
  startServer: async (t, options) => {
    const { sessions, clientCertificate, named } = complete(options);
    const verify = { none: 'none', request: 'optional', require: 'required' }[clientCertificate];
    const words = ['role=server', 'echo=1', `sessions=${sessions === 'ids' ? 'cache' : sessions}`, `verify=${verify}`];
    if (named) {
      const { chain, key } = writeCertificateFiles(t, named.certificate);
      words.push(`server_name=${named.name}`, `sni_cert=${chain}`, `sni_key=${key}`);
    }
    const process = startMbedtls(t, [...words, ...commonWords(t, options)]);
    const [, port] = await process.waitFor(/^port (\d+)$/m);
    return { process, port: Number(port) };
  },
  startClient: (t, port, options) => {
    const { serverName, verifyName, trust, sessionIn, sessionOut, tickets } = complete(options);
    // It has one name for both purposes.
    const name = serverName ?? (trust ? verifyName : undefined);
    return startMbedtls(t, [
      `port=${port}`,
      `verify=${trust ? 'required' : 'none'}`,
      `tickets=${tickets ? 1 : 0}`,
      ...(name ? [`server_name=${name}`] : []),
      ...(sessionIn ? [`session_in=${sessionIn}`] : []),
      ...(sessionOut ? [`session_out=${sessionOut}`] : []),
      ...commonWords(t, options),
    ]);
  },
  leave: (client) => client.writeLine(mbedtlsCommands.closeNotify),
  prints: {
    connected: handshakeLine,
    accepted: handshakeLine,
    resumed: /handshake ok .* resumed=1 /,
    closed: /^closed$/m,
    alert: (description) => new RegExp(`^alert 2 ${description}$`, 'm'),
    unverified: /failed -0x2700 /,
  },
};

function handshakeLine(suite: Suite): RegExp {
  return new RegExp(`handshake ok version=\\S+ suite=${mbedtlsName(suite)} `);
}

function mbedtlsName({ name }: Suite): string {
  return name.replaceAll('_', '-');
}

function commonWords(t: ExecutionContext, options: PeerClientOptions | PeerServerOptions): string[] {
  const { transport, version, suite, psk, certificate, trust, crls, mtu, more } = complete(options);
  const words = [`transport=${transport}`, `version=${version}`, `suites=${mbedtlsName(suite)}`, `mtu=${mtu}`];
  if (psk) words.push(`psk_identity=${psk.identity}`, `psk=${psk.key.toString('hex')}`);
  if (certificate) {
    const { chain, key } = writeCertificateFiles(t, certificate);
    words.push(`cert=${chain}`, `key=${key}`);
  }
  if (trust) words.push(`ca=${writeTrustFile(t, trust)}`);
  if (crls) words.push(`crl=${writeTemporary(t, 'crl.pem', crls.map(({ pem }) => pem).join(''))}`);
  return [...words, ...more];
}

let compiled: { folder: string; program: string } | undefined;

test.after.always('the compiled Mbed TLS peer goes', () => {
  if (compiled) rmSync(compiled.folder, { recursive: true, force: true });
});

/** Compiled once per test file. */
function executable(): string {
  if (!compiled) {
    const folder = mkdtempSync(path.join(tmpdir(), 'mbedtls-peer-'));
    const libraries = ['-lmbedtls', '-lmbedx509', '-lmbedcrypto'];
    const source = 'test/helpers/foreign/mbedtls-peer.c';
    compiled = { folder, program: compileInto(folder, mbedtlsCompiler as Tool, source, libraries) };
  }
  return compiled.program;
}
