/** `openssl s_server` and `openssl s_client`, of OpenSSL 1.1.1 and 3. */
import type { ExecutionContext } from 'ava';
import { type Credentials, client1 } from '../credentials.js';
import { type TlsaRecord, tlsaText, writeCertificateFiles, writeTemporary, writeTrustFile } from '../pki.js';
import type { Suite } from '../suites.js';
import { watch } from '../watch.js';
import type { ForeignClient } from './foreign-client.js';
import type { ForeignServer } from './foreign-server.js';
import {
  complete,
  type ForeignPeer,
  type PeerClientOptions,
  type PeerServerOptions,
  type Transport,
  type Version,
} from './peer.js';
import { type MaybeTool, openssl3, openssl111, startTool, type Tool } from './tools.js';

/** The peer on this `openssl` program; the tool must be there when one of its programs is started. */
function opensslPeer(tool: MaybeTool): ForeignPeer {
  return {
    name: tool.name,
    tool,
    versions: ['1.0', '1.1', '1.2', '1.3'],
    sessionFiles: true,
    echoes: false,
    startServer: async (t, options) => {
      const process = watch(t, startTool(tool as Tool, serverParameters(t, options)));
      return { process, port: await listeningPort(process) };
    },
    startClient: (t, port, options) => watch(t, startTool(tool as Tool, clientParameters(t, port, options))),
    leave: (client) => client.writeLine('Q'),
    prints: {
      connected: (suite) => new RegExp(`(New|Reused), \\S+, Cipher is ${suite.openssl}\\n`),
      accepted: serverCipherLine,
      resumed: /^Reused, /m,
      closed: /^closed$/m,
      alert: (description) => new RegExp(`SSL alert number ${description}\\b`),
      unverified: /certificate verify failed/,
    },
  };
}

export const opensslPeer111 = opensslPeer(openssl111);
export const opensslPeer3 = opensslPeer(openssl3);

/** Parameters of a client that verifies the server by these records, for `more`. */
export function daneParameters(domain: string, records: readonly TlsaRecord[]): string[] {
  const each = records.flatMap((record) => ['-dane_tlsa_rrdata', tlsaText(record)]);
  return ['-dane_tlsa_domain', domain, ...each, '-verify_return_error'];
}

function serverParameters(t: ExecutionContext, options: PeerServerOptions): string[] {
  const { clientCertificate, sessions, named, certificate, version } = complete(options);
  const words = ['s_server', '-accept', '127.0.0.1:0', ...peerParameters(t, options)];
  if (!certificate) words.push('-nocert');
  if (clientCertificate === 'request') words.push('-verify', '9', '-verify_return_error');
  if (clientCertificate === 'require') words.push('-Verify', '9', '-verify_return_error');
  if (sessions === 'none' || sessions === 'ids') words.push('-no_ticket');
  if (sessions === 'none' || sessions === 'tickets') words.push('-no_cache');
  if (sessions === 'none' && version === '1.3') words.push('-num_tickets', '0');
  if (named) {
    const files = writeCertificateFiles(t, named.certificate);
    words.push('-servername', named.name, '-cert2', files.certificate, '-key2', files.key);
  }
  return [...words, ...(options.more ?? [])];
}

function clientParameters(t: ExecutionContext, port: number, options: PeerClientOptions): string[] {
  const { serverName, verifyName, trust, sessionIn, sessionOut, tickets } = complete(options);
  const words = ['s_client', '-connect', `127.0.0.1:${port}`, ...peerParameters(t, options)];
  if (serverName) words.push('-servername', serverName);
  if (trust) words.push('-verify', '9', '-verify_return_error', '-verify_hostname', verifyName);
  if (sessionIn) words.push('-sess_in', sessionIn);
  if (sessionOut) words.push('-sess_out', sessionOut);
  if (!tickets) words.push('-no_ticket');
  return [...words, ...(options.more ?? [])];
}

function peerParameters(t: ExecutionContext, options: PeerServerOptions | PeerClientOptions): string[] {
  const { transport, version, suite, psk, certificate, trust, crls, mtu } = complete(options);
  const words = [protocol(transport, version)];
  // Without -timeout nothing is ever repeated. The headers of IP and UDP are part of this MTU.
  if (transport === 'datagram') words.push('-timeout', '-mtu', String(mtu + 28));
  words.push(...(suite.kind === 'tls13' ? ['-ciphersuites', suite.openssl] : cipherParameters(suite)));
  if (psk) words.push(...pskParameters(psk));
  if (certificate) {
    const files = writeCertificateFiles(t, certificate);
    words.push('-cert', files.certificate, '-key', files.key);
    // An empty file is refused.
    if (certificate.chain.length > 1) words.push('-cert_chain', files.issuers);
  }
  if (trust) words.push('-CAfile', writeTrustFile(t, trust), '-no-CApath');
  for (const crl of crls ?? []) words.push('-CRL', writeTemporary(t, 'crl.pem', crl.pem));
  if (crls) words.push('-crl_check');
  return words;
}

function protocol(transport: Transport, version: Version): string {
  if (transport === 'datagram') return version === '1.2' ? '-dtls1_2' : '-dtls1';
  return { '1.0': '-tls1', '1.1': '-tls1_1', '1.2': '-tls1_2', '1.3': '-tls1_3' }[version];
}

function pskParameters({ identity, key }: Credentials): string[] {
  return ['-psk_identity', identity, '-psk', key.toString('hex')];
}

/** CCM8 counts as 64 bits of security: OpenSSL 3 has it at level 0 only. */
function cipherParameters(suite: Suite): string[] {
  return ['-cipher', `${suite.openssl}:@SECLEVEL=0`];
}

async function listeningPort(process: ForeignServer['process']): Promise<number> {
  const [, port] = await process.waitFor(/ACCEPT 127\.0\.0\.1:(\d+)/);
  return Number(port);
}

/** Printed by `s_server` after a handshake. */
export function serverCipherLine(suite: Suite): RegExp {
  return new RegExp(`CIPHER is ${suite.openssl}\\n`);
}

// ---- DTLS with a pre-shared key alone, for tests that have no certificates

export interface OpensslOptions {
  suite: Suite;
  credentials?: Credentials;
  more?: string[];
}

/**
 * Serves one client at a time. A line written to its input goes to the client, what the client sends appears in the
 * output. `-timeout` makes it retransmit, after a second.
 */
export async function startOpensslServer(tool: Tool, options: OpensslOptions): Promise<ForeignServer> {
  const words = ['s_server', '-dtls1_2', '-timeout', '-accept', '127.0.0.1:0', '-nocert'];
  const process = startTool(tool, [...words, ...commonParameters(options)]);
  return { process, port: await listeningPort(process) };
}

export const opensslClient: ForeignClient = {
  start: (tool, port, options) => {
    const words = ['s_client', '-dtls1_2', '-timeout', '-connect', `127.0.0.1:${port}`];
    return startTool(tool, [...words, ...commonParameters(options)]);
  },
  // The version before the name depends on the suite's age.
  connected: (suite) => new RegExp(`New, TLSv1\\.\\d, Cipher is ${suite.openssl}\\n`),
  identityRefused: /alert unknown psk identity|alert number 115/i,
  serverLeft: /^closed$/m,
  leave: (program) => program.writeLine('Q'),
};

function commonParameters({ suite, credentials = client1, more = [] }: OpensslOptions): string[] {
  return [...pskParameters(credentials), ...cipherParameters(suite), ...more];
}
