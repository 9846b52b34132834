/** `gnutls-serv --udp --echo` and `gnutls-cli --udp` with a pre-shared key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Credentials, client1 } from '../credentials.js';
import type { Suite } from '../suites.js';
import type { ForeignClient } from './foreign-client.js';
import { type ForeignServer, startOnFreePort } from './foreign-server.js';
import { startTool, type Tool } from './tools.js';

export interface GnutlsOptions {
  suite: Suite;
  credentials?: Credentials;
  mtu?: number;
}

/** Echoes every message. */
export async function startGnutlsServer(tool: Tool, options: GnutlsOptions): Promise<ForeignServer> {
  const { identity, key } = options.credentials ?? client1;
  const folder = mkdtempSync(path.join(tmpdir(), 'gnutls-serv-'));
  const passwords = path.join(folder, 'psk.txt');
  writeFileSync(passwords, `${identity}:${key.toString('hex')}\n`);
  const server = await startOnFreePort(
    (port) =>
      startTool(tool, [
        '--udp',
        '--echo',
        '--pskpasswd',
        passwords,
        '--port',
        String(port),
        ...commonParameters(options),
      ]),
    /listening on IPv4 \S+ port \d+\.\.\.done/,
    /bind\(\) failed/,
  );
  void server.process.exited.then(() => rmSync(folder, { recursive: true, force: true }));
  return server;
}

export const gnutlsClient: ForeignClient = {
  start: (tool, port, options) => {
    const { identity, key } = options.credentials ?? client1;
    return startTool(tool, [
      '--udp',
      '--pskusername',
      identity,
      '--pskkey',
      key.toString('hex'),
      ...commonParameters(options),
      '--port',
      String(port),
      '127.0.0.1',
    ]);
  },
  connected: ({ gnutlsDescription }) =>
    new RegExp(`${gnutlsDescription.replace(/[()]/g, '\\$&')}[^]*Handshake was completed`),
  // It prints the number and leaves the text empty, for it does not know 115.
  identityRefused: /fatal alert/i,
  serverLeft: /Peer has closed the GnuTLS connection/,
  leave: (program) => program.endInput(),
};

function commonParameters({ suite, mtu = 1024 }: GnutlsOptions): string[] {
  return ['--priority', gnutlsPriority(suite), '--mtu', String(mtu)];
}

export function gnutlsPriority(suite: Suite): string {
  return `NONE:+VERS-DTLS1.2:${suite.gnutls}:+SIGN-ALL:+COMP-NULL:+GROUP-ALL`;
}
