#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../package-version.js';
import { addBench } from './bench-command.js';
import { ExitCode, UsageError } from './exit-codes.js';
import { collect, parseCipherSuites, parseCount, parsePath, parsePort } from './option-parsers.js';

/** Library errors that say the caller's options are wrong rather than that the world is. */
const USAGE_CODES = new Set([
  'ERR_INVALID_OPTION',
  'ERR_UNKNOWN_OPTION',
  'ERR_UNKNOWN_CIPHER_SUITE',
  'ERR_INVALID_PSK',
  'ERR_INVALID_CERTIFICATE',
  'ERR_INVALID_KEY',
  'ERR_KEY_MISMATCH',
  'ERR_NO_CIPHER_SUITE',
]);

/** What the library calls an option, in its errors, and what the command line calls it. */
const OPTION_NAMES: ReadonlyMap<string, string> = new Map([
  ['cipherSuites', '--cipher-suites'],
  ['keylogFile', '--keylog'],
  ['cert', '--cert'],
  ['key', '--key'],
  ['ca', '--ca'],
  ['servername', '--servername'],
]);

const EXIT_CODES = `
Exit codes:
  0    all went well; also when the reader of stdout has gone, associations closed
  1    something failed; the reason is on stderr
  2    the command line is wrong
  130  stopped by Ctrl-C (143: by SIGTERM), associations closed`;

let outputFailed = false;
process.stdout.on('error', explainOutputError);
process.stderr.on('error', () => {}); // nobody is left to be told; the exit code still tells
const exitCode = await main(process.argv);
process.exitCode = outputFailed ? ExitCode.failure : exitCode;

/** Commands are imported when they run, so that `--help` needs neither them nor the native addon. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.ok;
  const program = new Command('lwm2m-tls')
    .description('DTLS for LwM2M: a test server, a stress bench of simulated devices and an interactive client')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_CODES);
  addDemo(program, async (options) => {
    const { runDemo } = await import('./demo.js');
    exitCode = await runDemo(options);
  });
  addBench(program, EXIT_CODES, async (scenario, options) => {
    const { runBench } = await import('./bench.js');
    exitCode = await runBench(scenario, options);
  });
  addServe(program, async (options) => {
    const { runServe } = await import('./serve.js');
    exitCode = await runServe(options);
  });
  addConnect(program, async (host, port, options) => {
    const { runConnect } = await import('./connect.js');
    exitCode = await runConnect(host, port, options);
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

function addDemo(program: Command, action: (options: import('./demo.js').DemoOptions) => Promise<void>): void {
  program
    .command('demo')
    .description('start the test server on loopback and let simulated devices register, update and leave')
    .option('--devices <count>', 'number of simulated devices', parseCount(1, 100_000), 200)
    .option('--concurrency <count>', 'devices that are busy at the same time', parseCount(1, 10_000), 20)
    .option('--updates <count>', 'registration updates per device', parseCount(0, 100_000), 1)
    .option('--cipher-suites <list>', 'names or IANA numbers, separated by commas', parseCipherSuites)
    .option('--html <file>', 'where the report goes', parsePath, 'report.html')
    .addHelpText(
      'after',
      `
It is the scenario registration-storm of lwm2m-tls bench, which has more options.

Examples:
  $ lwm2m-tls demo
  $ lwm2m-tls demo --devices 1000 --concurrency 50 --updates 5
${EXIT_CODES}`,
    )
    .action(action);
}

function addServe(program: Command, action: (options: import('./serve.js').ServeOptions) => Promise<void>): void {
  program
    .command('serve')
    .description('run the LwM2M test server (coaps) for real devices and print what they do')
    .option('--port <port>', 'UDP port, 0 for any free one', parsePort(0), 5684)
    .option('--host <address>', 'address to listen on (default: all, IPv4 and IPv6)')
    .option('--psk-identity <identity>', 'PSK identity; repeat for more devices', collect)
    .option('--psk-key <key>', 'its key in hexadecimal; one for each --psk-identity', collect)
    .option('--psk-text', 'the keys are text, not hexadecimal')
    .option('--psk-file <file>', 'lines identity:hexkey; empty lines and lines starting with # are skipped')
    .option('--cert <file>', 'certificate of this server and its chain, PEM or DER', parsePath)
    .option('--key <file>', 'its private key, PEM or DER', parsePath)
    .option('--ca <file>', 'clients must have a certificate of one of these authorities', parsePath)
    .option('--insecure-no-verify', 'clients may show any certificate: NO PROTECTION, for looking at devices only')
    .option('--cipher-suites <list>', 'names or IANA numbers, separated by commas', parseCipherSuites)
    .option('--keylog <file>', 'append TLS secrets for Wireshark to this file', parsePath)
    .option('--json', 'one JSON object per line instead of text')
    .addHelpText(
      'after',
      `
Without credentials and without a certificate one identity with a random key is made and printed.

Examples:
  $ lwm2m-tls serve
  $ lwm2m-tls serve --psk-identity device-1 --psk-key 000102030405060708090a0b0c0d0e0f
  $ lwm2m-tls serve --psk-file devices.txt --keylog keys.log --json
  $ lwm2m-tls serve --cert server.pem --key server-key.pem --ca devices-ca.pem
${EXIT_CODES}`,
    )
    .action(action);
}

function addConnect(
  program: Command,
  action: (host: string, port: number, options: import('./connect.js').ConnectCommandOptions) => Promise<void>,
): void {
  program
    .command('connect')
    .description('connect to a DTLS server: lines of stdin go out as datagrams, replies go to stdout')
    .argument('<host>', 'name or address of the server')
    .argument('<port>', 'UDP port, usually 5684', parsePort(1))
    .option('--psk-identity <identity>', 'PSK identity')
    .option('--psk-key <key>', 'PSK key in hexadecimal')
    .option('--psk-text', 'the key is text, not hexadecimal')
    .option('--ca <file>', "authorities for the server's certificate, PEM or DER (default: the system's)", parsePath)
    .option('--cert <file>', 'certificate of this client and its chain, PEM or DER', parsePath)
    .option('--key <file>', 'its private key, PEM or DER', parsePath)
    .option('--servername <name>', 'name to ask for, and to find in the certificate (default: the host)')
    .option('--insecure-no-verify', 'take any certificate of the server: NO PROTECTION against somebody in between')
    .option('--cipher-suites <list>', 'names or IANA numbers, separated by commas', parseCipherSuites)
    .option('--keylog <file>', 'append TLS secrets for Wireshark to this file', parsePath)
    .option('--hex', 'lines and replies are hexadecimal')
    .option('--timeout <seconds>', 'how long to wait for the handshake, at most 123 (default: 123)', parseCount(1, 123))
    .option('--wait <ms>', 'how long to wait for replies after the end of stdin', parseCount(0, 3_600_000), 500)
    .addHelpText(
      'after',
      `
Without --psk-identity the server must show a certificate.

Examples:
  $ lwm2m-tls connect localhost 5684 --psk-identity device-1 --psk-key 000102030405060708090a0b0c0d0e0f
  $ echo 40000001 | lwm2m-tls connect localhost 5684 --psk-identity device-1 --psk-key secret --psk-text --hex
        (a CoAP ping; the answer is the reset 70000001)
  $ lwm2m-tls connect localhost 5684 --ca ca.pem --cert device.pem --key device-key.pem
${EXIT_CODES}`,
    )
    .action(action);
}

/** Says on stderr what went wrong, unless commander did, and gives the exit code. */
function explain(error: unknown): number {
  // commander has printed help, version or its complaint already; only the first two are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const isUsage = error instanceof UsageError || USAGE_CODES.has(code ?? '');
  const text = isUsage
    ? message.replace(/(?<![\w.-])\w+(?=(\[\d+\])?:)/, (word) => OPTION_NAMES.get(word) ?? word)
    : message;
  console.error(`lwm2m-tls: ${text}${code === undefined || code === 'ERR_USAGE' ? '' : ` (${code})`}`);
  if (isUsage) {
    console.error('Try lwm2m-tls --help, or --help after the command.');
    return ExitCode.usage;
  }
  if (code === undefined) console.error((error as Error).stack);
  return ExitCode.failure;
}

/**
 * A reader who has gone has seen enough; anything else, such as a full disk, is a failure. A command that is under way
 * closes its associations and ends: see `watchInterrupts`.
 */
function explainOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || outputFailed) return;
  outputFailed = true;
  process.exitCode = explain(error);
}
