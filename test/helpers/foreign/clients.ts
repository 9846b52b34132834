import { gnutlsClient } from './gnutls.js';
import { opensslClient } from './openssl.js';
import { gnutlsCli, opensslTools } from './tools.js';

/** Every client program, with how to use it. */
export const foreignClients = [
  ...opensslTools.map((tool) => ({ tool, foreign: opensslClient })),
  { tool: gnutlsCli, foreign: gnutlsClient },
];
