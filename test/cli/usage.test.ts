import test from 'ava';
import { CommandProcess, entryPoint } from './command-process.js';

const key = '000102030405060708090a0b0c0d0e0f';

for (const parameters of [
  ['--help'],
  ['demo', '--help'],
  ['bench', '--help'],
  ['serve', '--help'],
  ['connect', '--help'],
]) {
  test(`help: ${parameters.join(' ')}`, async (t) => {
    const command = CommandProcess.start(t, ...parameters);
    t.is(await command.exited, 0, command.stderr);
    t.regex(command.stdout, /Usage: lwm2m-tls/);
    t.regex(command.stdout, /Exit codes:/);
    if (parameters.length > 1) t.regex(command.stdout, /Examples:\n {2}\$ lwm2m-tls/);
    t.is(command.stderr, '');
  });
}

test('help works without the addon, and everything else says what is missing', async (t) => {
  const env = { NODE_OPTIONS: '--no-addons' };
  const help = CommandProcess.startScript(t, entryPoint, ['serve', '--help'], env);
  t.is(await help.exited, 0, help.stderr);
  const demo = CommandProcess.startScript(t, entryPoint, ['demo'], env);
  t.is(await demo.exited, 1);
  t.regex(demo.stderr, /ERR_ADDON_NOT_FOUND/);
});

test('--version prints the version of the package', async (t) => {
  const command = CommandProcess.start(t, '--version');
  t.is(await command.exited, 0);
  t.regex(command.stdout, /^\d+\.\d+\.\d+/);
});

for (const [what, parameters, words] of [
  ['no command', [], /Usage/],
  ['an unknown command', ['srve'], /Did you mean serve/],
  ['an unknown option', ['demo', '--device', '3'], /Did you mean --devices/],
  ['a number that is none', ['demo', '--devices', 'many'], /whole number from 1/],
  ['a port that is none', ['serve', '--port', '65536'], /whole number from 0 to 65535/],
  ['an identity without a key', ['serve', '--psk-identity', 'a'], /1 --psk-identity but 0 --psk-key/],
  ['a key that is not hexadecimal', ['serve', '--psk-identity', 'a', '--psk-key', 'secret'], /add --psk-text/],
  ['an identity given twice', ['serve', ...pair('a'), ...pair('a')], /identity a is given twice/],
  ['a missing file of identities', ['serve', '--psk-file', 'no-such-file'], /--psk-file cannot be read/],
  [
    'an unknown cipher suite',
    ['serve', '--cipher-suites', 'TLS_PSK_WITH_AES_128_CCM_9'],
    /: --cipher-suites: no suite is called .*TLS_PSK_WITH_AES_128_CCM_8/,
  ],
  [
    'a cipher suite number that is none',
    ['demo', '--cipher-suites', '0xc0a8,1'],
    /: --cipher-suites: no suite has .*0x0001/,
  ],
  [
    'a comma at the end',
    ['serve', '--cipher-suites', 'PSK-AES128-CCM8,'],
    /--cipher-suites <list>.*A name .* is missing/,
  ],
  ['an empty list of cipher suites', ['demo', '--cipher-suites', ''], /--cipher-suites <list>.*A name .* is missing/],
  ['a key log without a path', ['serve', '--keylog', ''], /--keylog <file>.*must be the path of a file/],
  ['connect without a port', ['connect', 'localhost', ...pair('a')], /missing required argument 'port'/],
  ['a timeout of no time', ['connect', 'localhost', '5684', ...pair('a'), '--timeout', '0'], /whole number from 1/],
  [
    'connect with half of a credential',
    ['connect', 'localhost', '5684', '--psk-key', key],
    /--psk-identity and --psk-key/,
  ],
  ['a certificate without its key', ['connect', 'localhost', '5684', '--cert', 'c.pem'], /--cert and --key/],
  ['a missing file of authorities', ['connect', 'localhost', '5684', '--ca', 'no-such-file'], /--ca cannot be read/],
  ['authorities of clients without a certificate', ['serve', '--ca', 'no-such-file'], /--ca .*need --cert|--ca cannot/],
] as const) {
  test(`usage error: ${what}`, async (t) => {
    const command = CommandProcess.start(t, ...parameters);
    t.is(await command.exited, 2, command.stderr);
    t.regex(command.stderr, words);
    t.is(command.stdout, '');
  });
}

function pair(identity: string): string[] {
  return ['--psk-identity', identity, '--psk-key', key];
}
