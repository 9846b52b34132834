/**
 * `gnutls-serv --echo` and `gnutls-cli`. Over UDP the server is fit for clients that succeed only: it sends no alert
 * when a handshake fails, and the next datagram of such a client that is no ClientHello makes it spin.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Credentials, client1 } from '../credentials.js';
import { writeCertificateFiles, writeTemporary, writeTrustFile } from '../pki.js';
import type { Suite } from '../suites.js';
import { watch, watchServer } from '../watch.js';
import type { ForeignClient } from './foreign-client.js';
import { type ForeignServer, startOnFreePort } from './foreign-server.js';
import { complete, type ForeignPeer, type PeerClientOptions, type PeerServerOptions } from './peer.js';
import { gnutlsCli, gnutlsServ, startTool, type Tool } from './tools.js';

export const gnutls: ForeignPeer = {
  name: 'GnuTLS',
  tool: 'missing' in gnutlsCli ? gnutlsCli : gnutlsServ,
  versions: ['1.0', '1.1', '1.2', '1.3'],
  // Its client resumes with `resumeAtOnce` instead.
  sessionFiles: false,
  echoes: true,
  startServer: async (t, options) => {
    const parameters = serverParameters(t, options);
    const start = (port: number) => startTool(gnutlsServ as Tool, ['--port', String(port), ...parameters]);
    return watchServer(t, await startOnFreePort(start, listening, portTaken, options.transport));
  },
  startClient: (t, port, options) =>
    watch(t, startTool(gnutlsCli as Tool, [...clientParameters(t, options), '--port', String(port), '127.0.0.1'])),
  leave: (client) => client.endInput(),
  prints: {
    connected: handshakeLine,
    accepted: (suite, transport) =>
      transport === 'stream' ? new RegExp(escapeText(suite.gnutlsDescription)) : undefined,
    resumed: /\*\*\* This is a resumed session/,
    closed: /Peer has closed the GnuTLS connection/,
    alert: (description) => new RegExp(`Received alert \\[${description}\\]`),
    unverified: /Status: The certificate is NOT trusted/,
  },
};

/** Makes a client connect, say goodbye and resume the session in another connection, for `more`. */
export const resumeAtOnce = ['--resume', '--waitresumption'];

const listening = /listening on IPv4 \S+ port \d+\.\.\.done/;
const portTaken = /bind\(\) failed/;

function serverParameters(t: ExecutionContext, options: PeerServerOptions): string[] {
  const { psk, clientCertificate, sessions, named, more } = complete(options);
  const words = ['--echo', ...peerParameters(t, options)];
  if (psk) words.push('--pskpasswd', writeTemporary(t, 'psk.txt', passwordLine(psk)));
  if (clientCertificate === 'none') words.push('--disable-client-cert');
  else words.push('--verify-client-cert');
  if (clientCertificate === 'require') words.push('--require-client-cert');
  if (sessions === 'none' || sessions === 'ids') words.push('--noticket');
  if (sessions === 'none' || sessions === 'tickets') words.push('--nodb');
  if (named) words.push(...certificateParameters(t, named.certificate));
  return [...words, ...(more ?? [])];
}

function clientParameters(t: ExecutionContext, options: PeerClientOptions): string[] {
  const { psk, serverName, verifyName, trust, tickets, more } = complete(options);
  const words = peerParameters(t, options);
  if (psk) words.push('--pskusername', psk.identity, '--pskkey', psk.key.toString('hex'));
  words.push(...(serverName ? ['--sni-hostname', serverName] : ['--disable-sni']));
  words.push(...(trust ? ['--verify-hostname', verifyName] : ['--insecure']));
  if (!tickets) words.push('--noticket');
  return [...words, ...more];
}

function peerParameters(t: ExecutionContext, options: PeerServerOptions | PeerClientOptions): string[] {
  const { transport, certificate, trust, crls, mtu } = complete(options);
  const words = ['--priority', priority(options)];
  if (transport === 'datagram') words.push('--udp', '--mtu', String(mtu));
  if (certificate) words.push(...certificateParameters(t, certificate));
  if (trust) words.push('--x509cafile', writeTrustFile(t, trust));
  if (crls) words.push('--x509crlfile', writeTemporary(t, 'crl.pem', crls.map(({ pem }) => pem).join('')));
  return words;
}

function certificateParameters(
  t: ExecutionContext,
  certificate: NonNullable<PeerServerOptions['certificate']>,
): string[] {
  const { chain, key } = writeCertificateFiles(t, certificate);
  return ['--x509certfile', chain, '--x509keyfile', key];
}

function priority(options: PeerServerOptions | PeerClientOptions): string {
  const { transport, version, suite, psk } = complete(options);
  const exchange = psk ? '+ECDHE-PSK:+DHE-PSK:+PSK' : '+ECDHE-ECDSA:+ECDHE-RSA';
  const terms = suite.kind === 'tls13' ? `${exchange}:${suite.gnutls}` : suite.gnutls;
  const protocol = transport === 'datagram' ? (version === '1.2' ? 'DTLS1.2' : 'DTLS1.0') : `TLS${version}`;
  return `NONE:+VERS-${protocol}:${terms}:+SIGN-ALL:+COMP-NULL:+GROUP-ALL`;
}

function handshakeLine({ gnutlsDescription }: Suite): RegExp {
  return new RegExp(`${escapeText(gnutlsDescription)}[^]*Handshake was completed`);
}

function escapeText(text: string): string {
  return text.replace(/[()]/g, '\\$&');
}

function passwordLine({ identity, key }: Credentials): string {
  return `${identity}:${key.toString('hex')}\n`;
}

// ---- DTLS with a pre-shared key alone, for tests that have no certificates

export interface GnutlsOptions {
  suite: Suite;
  credentials?: Credentials;
  mtu?: number;
}

/** Echoes every message. */
export async function startGnutlsServer(tool: Tool, options: GnutlsOptions): Promise<ForeignServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gnutls-serv-'));
  const passwords = path.join(folder, 'psk.txt');
  writeFileSync(passwords, passwordLine(options.credentials ?? client1));
  const words = ['--udp', '--echo', '--pskpasswd', passwords, ...commonParameters(options)];
  const start = (port: number) => startTool(tool, [...words, '--port', String(port)]);
  const server = await startOnFreePort(start, listening, portTaken);
  void server.process.exited.then(() => rmSync(folder, { recursive: true, force: true }));
  return server;
}

export const gnutlsClient: ForeignClient = {
  start: (tool, port, options) => {
    const { identity, key } = options.credentials ?? client1;
    const words = ['--udp', '--pskusername', identity, '--pskkey', key.toString('hex'), ...commonParameters(options)];
    return startTool(tool, [...words, '--port', String(port), '127.0.0.1']);
  },
  connected: handshakeLine,
  // It prints the number and leaves the text empty, for it does not know 115.
  identityRefused: /fatal alert/i,
  serverLeft: /Peer has closed the GnuTLS connection/,
  leave: (program) => program.endInput(),
};

function commonParameters({ suite, mtu = 1024 }: GnutlsOptions): string[] {
  return ['--priority', gnutlsPriority(suite), '--mtu', String(mtu)];
}

export function gnutlsPriority(suite: Suite): string {
  return priority({ suite });
}
