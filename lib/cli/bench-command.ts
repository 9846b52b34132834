import type { Command } from 'commander';
import { builtInScenarios } from '../bench/built-in-scenarios.js';
import type { BenchCommandOptions } from './bench.js';
import { parseTarget } from './bench-target.js';
import { collect, parseAbove, parseCipherSuites, parseCount, parsePath } from './option-parsers.js';

const MOST_DEVICES = 1_000_000;
const LONGEST_SECONDS = 31_536_000;

type Action = (scenario: string | undefined, options: BenchCommandOptions) => Promise<void>;

/** The command `bench`, with all its options. */
export function addBench(program: Command, exitCodes: string, action: Action): void {
  program
    .command('bench')
    .description('let a fleet of simulated devices go through a scenario, and measure what the server does')
    .argument('[scenario]', 'name of a scenario, or a JSON or YAML file with one')
    .option('--target <host:port>', 'the DTLS server (default: one of this package is started)', parseTarget)
    .option('--devices <count>', 'number of devices', parseCount(1, MOST_DEVICES))
    .option('--duration <seconds>', 'length of the main part', parseAbove(0, LONGEST_SECONDS))
    .option('--rate <per second>', 'open loop: devices that begin in a second', parseAbove(0, 1_000_000))
    .option('--concurrency <count>', 'closed loop: devices that are busy at the same time', parseCount(1, MOST_DEVICES))
    .option('--repeats <count>', 'how often each device goes through the main part', parseCount(1, 1_000_000_000))
    .option('--seed <number>', 'of what is drawn by lot', parseCount(0, 4_294_967_295))
    .option('--psk-identity <pattern>', 'PSK identities, such as dev-%06d')
    .option('--psk-key <pattern>', 'PSK keys in hexadecimal: one for all, or a pattern such as %032x')
    .option('--devices-file <file>', 'CSV or JSON with endpoint, identity, key', parsePath)
    .option('--cert <pattern>', 'files with the certificates, such as certs/dev-%d.pem', parsePath)
    .option('--key <pattern>', 'files with their private keys', parsePath)
    .option('--ca <file>', "authorities for the server's certificate, PEM or DER (default: the system's)", parsePath)
    .option('--servername <name>', 'name to ask for, and to find in the certificate (default: the host)')
    .option('--insecure-no-verify', 'take any certificate of the server: NO PROTECTION against somebody in between')
    .option('--cipher-suites <list>', 'names or IANA numbers, separated by commas', parseCipherSuites)
    .option('--source-addresses <network>', 'addresses that the devices send from, such as 127.0.0.0/8')
    .option('--devices-per-socket <count>', 'devices that share a socket', parseCount(1, MOST_DEVICES))
    .option('--json <file>', 'write the result, for --compare and for machines', parsePath)
    .option('--csv <file>', 'write the result as CSV', parsePath)
    .option('--html <file>', 'write a report with charts: one page, needs no network', parsePath)
    .option('--threshold <condition>', "such as 'handshake.p99<200ms', 'echo.failed<1%'; repeat for more", collect)
    .option('--compare <files...>', 'no run: compare two results of --json, the earlier one first')
    .addHelpText(
      'after',
      `
Scenarios:
${scenarioList()}

Without --target the server is started in a process of its own, on loopback, and knows the devices. Without credentials
the devices are dev-000000, dev-000001, ... and their keys are their numbers, as 32 hexadecimal digits.

Thresholds are OPERATION.MEASURE, a comparison and a limit. Measures: p50 p75 p90 p95 p99 p999 min mean max (ms, us, s),
rate (/s), started, succeeded, failed (a count, or %); without an operation: started, succeeded, failed, rss (MB).
With thresholds they decide between exit codes 0 and 1, without any it is 1 when something failed.

Examples:
  $ lwm2m-tls bench smoke
  $ lwm2m-tls bench handshake-storm --target server.example:5684 --rate 500 --duration 60 --html report.html
  $ lwm2m-tls bench echo --devices 1000 --rate 20000 --threshold 'echo.p99<5ms' --json now.json
  $ lwm2m-tls bench fleet.yaml --target 192.0.2.1 --psk-identity 'dev-%06d' --psk-key 000102030405060708090a0b0c0d0e0f
  $ lwm2m-tls bench --compare before.json now.json
${exitCodes}`,
    )
    .action(action);
}

function scenarioList(): string {
  const width = Math.max(...Object.keys(builtInScenarios).map((name) => name.length));
  return Object.entries(builtInScenarios)
    .map(([name, { description }]) => `  ${name.padEnd(width)}  ${description}`)
    .join('\n');
}
