import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectOptions, connect, type DtlsSocket, TlsError } from '../index.js';
import { type CertificateFiles, parseKey, readCertificates } from './credentials.js';
import { ExitCode, UsageError } from './exit-codes.js';
import { explainClientFailure } from './explain-failure.js';
import { type Interrupt, watchInterrupts } from './interrupt.js';
import { formatAddress } from './printable.js';

export interface ConnectCommandOptions extends CertificateFiles {
  pskIdentity?: string;
  pskKey?: string;
  pskText?: boolean;
  cipherSuites?: (string | number)[];
  keylog?: string;
  servername?: string;
  /** The server's certificate is not verified. */
  insecureNoVerify?: boolean;
  hex?: boolean;
  /** Milliseconds. */
  wait: number;
  /** Seconds for the handshake; undefined: until the library gives up. */
  timeout?: number;
}

/** A server on the way answers within a round trip or two: after this long without one, people want to know. */
const HINT_AFTER_MILLIS = 5_000;

/**
 * `lwm2m-tls connect`: lines of stdin out as datagrams, replies to stdout, everything else to stderr. Ends after the end
 * of stdin, when the server closes, or on Ctrl-C. Resolves with the exit code.
 */
export async function runConnect(host: string, port: number, options: ConnectCommandOptions): Promise<number> {
  const psk = readPsk(options);
  const certificates = readCertificates(options);
  const interrupt = watchInterrupts();
  let socket: DtlsSocket;
  try {
    socket = await dial({
      host,
      port,
      psk,
      ...certificates,
      servername: options.servername,
      rejectUnauthorized: options.insecureNoVerify !== true,
      cipherSuites: options.cipherSuites,
      keylogFile: options.keylog,
      interrupted: interrupt.signal,
      timeout: options.timeout,
    });
  } catch (error) {
    interrupt.release();
    const exitCode = interrupt.exitCode();
    if (exitCode !== undefined) return exitCode;
    throw explained(error);
  }
  const peer = formatAddress(socket.remoteAddress, socket.remotePort);
  console.error(`connected to ${peer}, ${socket.cipher.name}, datagrams up to ${socket.innerMtu} bytes`);
  if (!socket.authorized) {
    console.error(`the server's certificate is not verified (${socket.authorizationError}): it can be anybody`);
  }
  return await converse(socket, options, interrupt);
}

/** Undefined when the server is to show a certificate. */
function readPsk({ pskIdentity, pskKey, pskText }: ConnectCommandOptions): ConnectOptions['psk'] {
  if ((pskIdentity === undefined) !== (pskKey === undefined)) {
    throw new UsageError('--psk-identity and --psk-key: each needs the other');
  }
  if (pskIdentity === undefined || pskKey === undefined) return undefined;
  return { identity: pskIdentity, key: parseKey(pskKey, pskText === true) };
}

interface Attempt extends ConnectOptions {
  interrupted: AbortSignal;
  /** Seconds. */
  timeout: number | undefined;
}

/** `connect()`, with words for those who wait and an end to the waiting. */
async function dial({ interrupted, timeout, ...options }: Attempt): Promise<DtlsSocket> {
  const target = formatAddress(options.host, options.port);
  const attempt = new AbortController();
  const stop = (): void => attempt.abort();
  let timedOut = false;
  interrupted.addEventListener('abort', stop, { once: true });
  const hint = setTimeout(() => {
    console.error('no answer yet: a wrong key or a firewall look like this; Ctrl-C stops');
  }, HINT_AFTER_MILLIS);
  const limit =
    timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          stop();
        }, timeout * 1_000);
  console.error(`connecting to ${target} ...`);
  try {
    return await connect({ ...options, signal: attempt.signal });
  } catch (error) {
    if (!timedOut) throw error;
    throw new TlsError('ETIMEDOUT', `connect to ${target}: no answer within ${timeout} s (--timeout)`, {
      cause: error,
    });
  } finally {
    clearTimeout(hint);
    clearTimeout(limit);
    interrupted.removeEventListener('abort', stop);
  }
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
  if (line === '') {
    console.error('not sent: the line is empty, and empty messages are not sent');
    return;
  }
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
  if (code === undefined || /^ERR_(INVALID_|UNKNOWN_|KEY_MISMATCH|NO_CIPHER_SUITE)/.test(code)) return error;
  const { what, advice } = explainClientFailure(error);
  error.message = `${what}; ${advice} [${error.message}]`;
  return error;
}

function ignore(): void {}
