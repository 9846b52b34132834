import test from 'ava';
import { Swarm } from 'lwm2m-tls/swarm';
import { writeTemporary } from '../helpers/pki.js';
import { numbered } from '../helpers/swarms.js';

const good = { host: '127.0.0.1', port: 5684, devices: 10, psk: numbered };

const bad: readonly [what: string, options: object, code: string, message: RegExp][] = [
  ['no device', { devices: 0 }, 'ERR_INVALID_OPTION', /devices: got 0, expected an integer from 1 to 1000000/],
  ['no number of devices', { devices: undefined }, 'ERR_INVALID_OPTION', /devices/],
  ['a misspelt option', { sourceAddress: '127.0.0.0/8' }, 'ERR_UNKNOWN_OPTION', /did you mean 'sourceAddresses'/],
  ['a backend', { udpBackend: 'uv' }, 'ERR_UNKNOWN_OPTION', /udpBackend/],
  ['a pattern of strings', { psk: { identity: 'dev-%s', key: '00' } }, 'ERR_INVALID_OPTION', /psk\.identity.*%06d/],
  ['a key that is no hexadecimal', { psk: { identity: 'a', key: 'secret!!' } }, 'ERR_INVALID_PSK', /psk\.key/],
  ['half a byte of key', { psk: { identity: 'a', key: '%031x' } }, 'ERR_INVALID_PSK', /31 characters/],
  ['an identity that is too long', { psk: { identity: 'a'.repeat(128), key: '00' } }, 'ERR_INVALID_PSK', /1 to 127/],
  ['an address that is none', { sourceAddresses: '127.0.0/8' }, 'ERR_INVALID_OPTION', /CIDR/],
  ['a prefix that is none', { sourceAddresses: '127.0.0.0/33' }, 'ERR_INVALID_OPTION', /CIDR/],
  ['too many per socket', { sourceAddresses: '127.0.0.0/24', devicesPerSocket: 255 }, 'ERR_INVALID_OPTION', /1 to 254/],
  ['many per socket without a pool', { devicesPerSocket: 5 }, 'ERR_INVALID_OPTION', /sourceAddresses/],
  ['an endpoint without a name', { endpoint: '' }, 'ERR_INVALID_OPTION', /endpoint/],
];

for (const [what, options, code, message] of bad) {
  test(what, (t) => {
    t.throws(() => new Swarm({ ...good, ...options } as never), { code, message });
  });
}

test('a key is not shown in the message', (t) => {
  for (const key of ['not-hex-secret', 'secret%q', 17]) {
    const error = t.throws(() => new Swarm({ ...good, psk: { identity: 'a', key } } as never));
    t.notRegex(error?.message ?? '', /secret|17/);
  }
});

test('addresses of the other family than the server are refused', async (t) => {
  const swarm = new Swarm({ ...good, sourceAddresses: '2001:db8::/64' });
  await t.throwsAsync(swarm.open(), { code: 'ERR_INVALID_OPTION', message: /IPv4 addresses, as host 127\.0\.0\.1/ });
});

const files: readonly [what: string, text: string, message: RegExp][] = [
  ['nothing', '', /holds no device/],
  ['an unknown column', 'identity,secret\na,00\n', /unknown column 'secret': known are endpoint, identity, key/],
  ['a short line', 'identity,key\na\n', /[Cc]olumn/],
  ['no key', 'identity,key\na,\n', /device 0: identity and key belong together/],
  ['a bad key', 'identity,key\na,00\nb,0x00\n', /device 1: a key must be/],
  ['no credentials', 'endpoint\na\n', /device 0 needs either/],
  ['two kinds', 'identity,key,certFile,keyFile\na,00,,\n,,c.pem,k.pem\n', /device 1 has another kind/],
  ['JSON with a number', '[{"identity":"a","key":0}]', /device 0: key must be a string/],
  ['JSON that ends early', '[{"identity":"a"', /JSON/],
];

for (const [what, text, message] of files) {
  test(`a file with ${what}`, (t) => {
    const devicesFile = writeTemporary(t, 'devices.csv', text);
    const error = t.throws(() => new Swarm({ host: 'h', port: 1, devicesFile }));
    t.regex((error as { code?: string } | undefined)?.code ?? '', /^ERR_INVALID_(OPTION|PSK)$/);
    t.regex(error?.message ?? '', message);
    t.true(error?.message.includes(devicesFile));
  });
}

test('a file that is not there, or has fewer devices', (t) => {
  t.throws(() => new Swarm({ host: 'h', port: 1, devicesFile: '/nowhere.csv' }), { code: 'ENOENT' });
  const devicesFile = writeTemporary(t, 'devices.csv', 'identity,key\na,00\n');
  t.throws(() => new Swarm({ host: 'h', port: 1, devicesFile, devices: 2 }), {
    code: 'ERR_INVALID_OPTION',
    message: /at most 1/,
  });
});
