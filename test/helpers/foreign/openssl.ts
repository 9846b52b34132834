/** `openssl s_server` and `openssl s_client` over DTLS 1.2 with a pre-shared key, of OpenSSL 1.1.1 and 3. */
import { type Credentials, client1 } from '../credentials.js';
import type { Suite } from '../suites.js';
import type { ForeignClient } from './foreign-client.js';
import type { ForeignServer } from './foreign-server.js';
import { startTool, type Tool } from './tools.js';

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
  const process = startTool(tool, [
    's_server',
    '-dtls1_2',
    '-timeout',
    '-accept',
    '127.0.0.1:0',
    '-nocert',
    ...commonParameters(options),
  ]);
  const match = await process.waitFor(/ACCEPT 127\.0\.0\.1:(\d+)/);
  return { process, port: Number(match[1]) };
}

export const opensslClient: ForeignClient = {
  start: (tool, port, options) =>
    startTool(tool, [
      's_client',
      '-dtls1_2',
      '-timeout',
      '-connect',
      `127.0.0.1:${port}`,
      ...commonParameters(options),
    ]),
  // The version before the name depends on the suite's age.
  connected: (suite) => new RegExp(`New, TLSv1\\.\\d, Cipher is ${suite.openssl}\\n`),
  identityRefused: /alert unknown psk identity|alert number 115/i,
  serverLeft: /^closed$/m,
  leave: (program) => program.writeLine('Q'),
};

/** Printed by `s_server` after a handshake. */
export function serverCipherLine(suite: Suite): RegExp {
  return new RegExp(`CIPHER is ${suite.openssl}\\n`);
}

function commonParameters({ suite, credentials = client1, more = [] }: OpensslOptions): string[] {
  return [
    '-psk_identity',
    credentials.identity,
    '-psk',
    credentials.key.toString('hex'),
    // CCM8 counts as 64 bits of security: OpenSSL 3 has it at level 0 only.
    '-cipher',
    `${suite.openssl}:@SECLEVEL=0`,
    ...more,
  ];
}
