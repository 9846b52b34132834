/** Which foreign programs this machine has, and tests that depend on them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { atMost } from '../at-most.js';
import { Program } from '../program.js';
import { findOpenssl111 } from './openssl-111.js';

export interface Tool {
  /** For test titles. */
  name: string;
  command: string;
  env?: Record<string, string>;
}

export interface MissingTool {
  name: string;
  /** What to do about it. */
  missing: string;
}

export type MaybeTool = Tool | MissingTool;

export const openssl3: MaybeTool = findOpenssl3();
export const openssl111: MaybeTool = findOpenssl111();
export const gnutlsCli: MaybeTool = onPath('gnutls-cli', 'install gnutls-bin');
export const gnutlsServ: MaybeTool = onPath('gnutls-serv', 'install gnutls-bin');
export const danetool: MaybeTool = onPath('danetool', 'install gnutls-bin');
export const coapClientOpenssl: MaybeTool = onPath('coap-client-openssl', 'install libcoap3-bin');
export const coapClientGnutls: MaybeTool = onPath('coap-client-gnutls', 'install libcoap3-bin');
export const coapServerOpenssl: MaybeTool = onPath('coap-server-openssl', 'install libcoap3-bin');
export const coapServerGnutls: MaybeTool = onPath('coap-server-gnutls', 'install libcoap3-bin');
export const tshark: MaybeTool = onPath('tshark', 'install tshark');
export const redisServer: MaybeTool = onPath('redis-server', 'install redis-server');
/** Opens reports. */
export const chromium: MaybeTool = onPath('chromium', 'install chromium');
/** For what is preloaded into a process. */
export const cc: MaybeTool =
  process.platform === 'linux' ? onPath('cc', 'install a C compiler') : { name: 'cc', missing: 'this is not Linux' };
/** Reads socket options, with Linux's numbers. */
export const python: MaybeTool =
  process.platform === 'linux'
    ? onPath('python3', 'install Python 3')
    : { name: 'python3', missing: 'this is not Linux' };

export const opensslTools = [openssl111, openssl3];

/** AVA starts all tests of a file at once: without a limit that is a hundred programs on two cores. */
const inTurn = atMost(8);

/**
 * A test that needs a foreign program. Without the program it is skipped and its title says why; in CI (environment
 * variable `CI`) it fails, so that a leg cannot pass by testing nothing.
 */
export function testWith(
  tool: MaybeTool,
  title: string,
  body: (t: ExecutionContext, tool: Tool) => Promise<void>,
): void {
  if (!('missing' in tool)) {
    test(title, async (t) => inTurn(async () => body(t, tool)));
  } else if (process.env['CI']) {
    test(title, (t) => t.fail(`${tool.name} is missing: ${tool.missing}`));
  } else {
    test.skip(`${title} (skipped: ${tool.name} is missing, ${tool.missing})`, (t) => t.pass());
  }
}

/** Starts a foreign program, with its messages in English. */
export function startTool(tool: Tool, parameters: readonly string[]): Program {
  return new Program(tool.command, parameters, { env: { ...tool.env, LC_ALL: 'C' } });
}

/** Runs a foreign program to its end and returns its standard output; throws with its messages when it fails. */
export function runTool(tool: Tool, parameters: readonly string[], input = ''): Buffer {
  const env = { ...process.env, ...tool.env, LC_ALL: 'C' };
  const { status, error, stdout, stderr } = spawnSync(tool.command, parameters, { env, input });
  if (status === 0) return stdout;
  throw new Error([`${tool.command} ${parameters.join(' ')}: ${error ?? status}`, stdout, stderr].join('\n'));
}

function onPath(name: string, missing: string): MaybeTool {
  const command = searchPath(name);
  return command ? { name, command } : { name, missing };
}

function findOpenssl3(): MaybeTool {
  const name = 'OpenSSL 3';
  const command = searchPath('openssl');
  if (!command) return { name, missing: 'install openssl' };
  const version = execFileSync(command, ['version'], { encoding: 'utf8' });
  return version.startsWith('OpenSSL 3.')
    ? { name, command }
    : { name, missing: `${version.trim()} is installed instead` };
}

function searchPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
