/** A peer that sends whatever alert it is told to, over an established association. See alert-peer.c. */
import type { ExecutionContext } from 'ava';
import { compile } from '../compile.js';
import { client1 } from '../credentials.js';
import { Program } from '../program.js';
import { ccm8 } from '../suites.js';
import { watch } from '../watch.js';
import { gnutlsPriority } from './gnutls.js';
import { cc, gnutlsCli, type MaybeTool, type Tool } from './tools.js';

/** The library comes with `gnutls-cli`. */
export const alertPeerCompiler: MaybeTool = 'missing' in gnutlsCli ? gnutlsCli : cc;

/** With a port it is a client, else a server that prints `port N`. Prints `connected` after the handshake. */
export function startAlertPeer(t: ExecutionContext, compiler: Tool, port?: number): Program {
  const program = compile(t, compiler, 'test/helpers/foreign/alert-peer.c', ['-l:libgnutls.so.30']);
  const role = port === undefined ? ['server'] : ['client', String(port)];
  const parameters = [...role, client1.identity, client1.key.toString('hex'), gnutlsPriority(ccm8)];
  return watch(t, new Program(program, parameters));
}

export function sendAlert(peer: Program, level: number, description: number): void {
  peer.writeLine(`${level} ${description}`);
}
