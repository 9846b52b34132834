/** libcoap's `coap-client-*` and `coap-server-*`, built on OpenSSL and on GnuTLS. */
import { type Credentials, textKeyed } from '../credentials.js';
import type { Program } from '../program.js';
import { type ForeignServer, startOnFreePort } from './foreign-server.js';
import { startTool, type Tool } from './tools.js';

export interface CoapRequest {
  port: number;
  /** Path and query, for example `rd?ep=device&lt=60`. */
  target: string;
  method?: 'get' | 'post' | 'put' | 'delete';
  payload?: string;
  contentFormat?: number;
  /** Default `textKeyed`. */
  credentials?: Credentials | CoapCertificates;
  /** Further parameters of the program. */
  more?: readonly string[];
}

/** Paths of PEM files. The client verifies the server. */
export interface CoapCertificates {
  /** The leaf alone is sent. */
  certificate: string;
  key: string;
  trust: string;
}

/** One request over an association of its own; the program prints both messages and ends. */
export function startCoapClient(tool: Tool, request: CoapRequest): Program {
  return startTool(tool, [
    '-v',
    '6',
    '-B',
    '10',
    ...credentialParameters(request.credentials ?? textKeyed),
    '-m',
    request.method ?? 'get',
    ...(request.payload === undefined ? [] : ['-e', request.payload]),
    ...(request.contentFormat === undefined ? [] : ['-t', String(request.contentFormat)]),
    ...(request.more ?? []),
    `coaps://127.0.0.1:${request.port}/${request.target}`,
  ]);
}

function credentialParameters(credentials: Credentials | CoapCertificates): string[] {
  if ('identity' in credentials) return ['-u', credentials.identity, '-k', credentials.key.toString()];
  return ['-c', credentials.certificate, '-j', credentials.key, '-C', credentials.trust];
}

/** The port is that of DTLS, one above the one that the program is told. */
export async function startCoapServer(tool: Tool, credentials = textKeyed): Promise<ForeignServer> {
  const server = await startOnFreePort(
    (port) => startTool(tool, ['-A', '127.0.0.1', '-p', String(port), '-k', credentials.key.toString(), '-v', '7']),
    /created DTLS endpoint/,
    /Address already in use/,
  );
  return { ...server, port: server.port + 1 };
}
