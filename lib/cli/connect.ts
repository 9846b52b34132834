import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type DtlsSocket } from '../index.js';
import { parseCipherSuites } from './cipher-suite-option.js';
import { parseKey } from './credentials.js';
import { ExitCode } from './exit-codes.js';
import { explainClientFailure } from './explain-failure.js';
import { type Interrupt, watchInterrupts } from './interrupt.js';
import { formatAddress } from './printable.js';

export interface ConnectCommandOptions {
  pskIdentity: string;
  pskKey: string;
  pskText?: boolean;
  cipherSuites?: string;
  keylog?: string;
  hex?: boolean;
  /** Milliseconds. */
  wait: number;
}

/**
 * `lwm2m-tls connect`: lines of stdin out as datagrams, replies to stdout, everything else to stderr. Ends after the end
 * of stdin, when the server closes, or on Ctrl-C. Resolves with the exit code.
 */
export async function runConnect(host: string, port: number, options: ConnectCommandOptions): Promise<number> {
  const psk = { identity: options.pskIdentity, key: parseKey(options.pskKey, options.pskText === true) };
  const interrupt = watchInterrupts();
  let socket: DtlsSocket;
  try {
    socket = await connect({
      host,
      port,
      psk,
      signal: interrupt.signal,
      cipherSuites: parseCipherSuites(options.cipherSuites),
      keylogFile: options.keylog,
    });
  } catch (error) {
    interrupt.release();
    const exitCode = interrupt.exitCode();
    if (exitCode !== undefined) return exitCode;
    throw explained(error);
  }
  const peer = formatAddress(socket.remoteAddress, socket.remotePort);
  console.error(`connected to ${peer}, ${socket.cipher.name}, datagrams up to ${socket.innerMtu} bytes`);
  return await converse(socket, options, interrupt);
}

async function converse(socket: DtlsSocket, options: ConnectCommandOptions, interrupt: Interrupt): Promise<number> {
  const encoding = options.hex === true ? 'hex' : 'utf8';
  const input = createInterface({ input: process.stdin });
  let failure: Error | undefined;
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const interrupted = new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()));
  const inputEnded = new Promise<void>((resolve) => input.on('close', () => resolve()));
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('message', (message) => process.stdout.write(`${message.toString(encoding)}\n`));
  input.on('line', (line) => sendLine(socket, line, encoding));

  const over = new AbortController();
  const grace = inputEnded.then(() => delay(options.wait, undefined, { signal: over.signal })).catch(ignore);
  await Promise.race([closed, interrupted, grace]);
  over.abort();
  const closedByPeer = socket.state === 'closed';
  input.close();
  process.stdin.destroy();
  await socket.close();
  interrupt.release();
  console.error(
    `${closedByPeer ? 'closed by the server' : 'closed'}; ` +
      `${socket.datagramsSent} datagrams out, ${socket.datagramsReceived} in`,
  );
  const exitCode = interrupt.exitCode();
  if (exitCode !== undefined) return exitCode;
  if (failure !== undefined) throw failure;
  return ExitCode.ok;
}

/** A line that cannot be sent is reported and skipped; the association is not touched. */
function sendLine(socket: DtlsSocket, line: string, encoding: 'hex' | 'utf8'): void {
  if (encoding === 'hex' && !/^([0-9a-fA-F]{2})+$/.test(line)) {
    console.error('not sent: the line is not hexadecimal');
    return;
  }
  if (socket.state === 'closed') return;
  try {
    socket.send(Buffer.from(line, encoding));
  } catch (error) {
    console.error(`not sent: ${(error as Error).message}`);
  }
}

/** The error with an explanation for people in front; errors of the command line stay as they are. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: string };
  if (code === undefined || /^ERR_(INVALID|UNKNOWN)_/.test(code)) return error;
  const { what, advice } = explainClientFailure(error);
  error.message = `${what}; ${advice} [${error.message}]`;
  return error;
}

function ignore(): void {}
