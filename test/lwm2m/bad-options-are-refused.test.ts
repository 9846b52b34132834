import test from 'ava';
import { Lwm2mServer, SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { parseLwm2mServerOptions } from '#lib/lwm2m/lwm2m-server-options.js';
import { parseSimulatedDeviceOptions } from '#lib/lwm2m/simulated-device-options.js';

const psk = { device: Buffer.from('key') };
const good = { host: '127.0.0.1', port: 5684, psk: { identity: 'device', key: Buffer.from('key') } };

test('what is no object', (t) => {
  for (const value of [undefined, null, 'secret', 5684, []]) {
    const refused = { name: 'TlsError', code: 'ERR_INVALID_OPTION' };
    t.throws(() => new Lwm2mServer(value as never), { ...refused, message: /^Lwm2mServer: got / }, String(value));
    t.throws(() => new SimulatedDevice(value as never), { ...refused, message: /^SimulatedDevice: got / });
  }
});

const forServers: [name: string, bad: unknown[]][] = [
  ['defaultLifetime', [-1, 0.5, 4_294_967_296, '60', null]],
  ['maxRegistrations', [0, 0.5, 16_777_217, '60', null]],
  ['mtu', [255]],
  ['psk', [undefined, null, 'secret']],
];
for (const [name, values] of forServers) {
  test(`Lwm2mServer ${name}`, (t) => {
    for (const value of values) {
      const error = t.throws(() => new Lwm2mServer({ psk, [name]: value } as never), undefined, String(value));
      t.like(error, { name: 'TlsError', code: 'ERR_INVALID_OPTION' });
      t.regex(error.message, new RegExp(`^${name}: got .+, expected .+`));
      t.notRegex(error.message, /secret/);
    }
  });
}

const forDevices: [name: string, bad: unknown[]][] = [
  ['endpoint', ['', 'x'.repeat(253), '\u00e4'.repeat(127), 7, null]],
  ['lifetime', [-1, 0.5, 4_294_967_296, Number.NaN, 'x', '60', null]],
  ['version', ['', '1', '1.1.1', 'one', 1.1, null]],
  ['binding', ['', 'X', 'u', 'UMHTSNQU', 7, null]],
  ['objects', ['/1/0', '<', 7, ['</1/0>'], null]],
  ['transmission', [7, 'fast', [], null, { ackTimeout: 3_600_000, maxRetransmit: 20 }]],
  ['psk', [undefined, null, 'secret', ['secret']]],
  ['signal', [{}, 'abort', null]],
];
for (const [name, values] of forDevices) {
  test(`SimulatedDevice ${name}`, (t) => {
    for (const value of values) {
      const error = t.throws(() => new SimulatedDevice({ ...good, [name]: value } as never), undefined, String(value));
      t.like(error, { name: 'TlsError', code: 'ERR_INVALID_OPTION' });
      t.regex(error.message, new RegExp(`^${name}: got .+, expected .+`));
      t.notRegex(error.message, /secret/);
    }
  });
}

test('SimulatedDevice transmission, each of its parameters', (t) => {
  for (const [name, values] of [
    ['ackTimeout', [0, 1.5, 3_600_001, '2000', null]],
    ['ackRandomFactor', [0.99, 10.01, Number.NaN, '1.5', null]],
    ['maxRetransmit', [-1, 0.5, 21, '4', null]],
  ] as const) {
    for (const value of values) {
      const construct = () => new SimulatedDevice({ ...good, transmission: { [name]: value } } as never);
      const message = new RegExp(`^transmission\\.${name}: got .+, expected an? `);
      t.throws(construct, { code: 'ERR_INVALID_OPTION', message }, String(value));
    }
  }
});

test('SimulatedDevice psk without an identity', (t) => {
  const { key } = good.psk;
  for (const identity of [undefined, null, 7]) {
    t.throws(() => new SimulatedDevice({ ...good, psk: { identity, key } } as never), { code: 'ERR_INVALID_PSK' });
  }
});

test('an unknown name says whose and what was meant', (t) => {
  for (const [construct, message] of [
    [
      () => new Lwm2mServer({ psk, defaultLifetme: 1 } as never),
      /'defaultLifetme' of Lwm2mServer: .*'defaultLifetime'/,
    ],
    [() => new Lwm2mServer({ psk, cipherSuite: [] } as never), /'cipherSuite' of Lwm2mServer: .*'cipherSuites'/],
    [() => new SimulatedDevice({ ...good, lifetme: 1 } as never), /'lifetme' of SimulatedDevice: .*'lifetime'/],
    [() => new SimulatedDevice({ ...good, localport: 1 } as never), /'localport' of SimulatedDevice: .*'localPort'/],
    [
      () => new SimulatedDevice({ ...good, transmission: { ackTimout: 3 } } as never),
      /'ackTimout' of transmission: .*'ackTimeout'/,
    ],
  ] as const) {
    t.throws(construct, { name: 'TlsError', code: 'ERR_UNKNOWN_OPTION', message });
  }
});

test('a bad update is refused before it is sent', async (t) => {
  const device = new SimulatedDevice(good);
  for (const change of [{ lifetime: -1 }, { lifetime: '60' }, { binding: 'X' }, { objects: '/1' }, null, 7]) {
    await t.throwsAsync(device.update(change as never), { code: 'ERR_INVALID_OPTION' });
  }
  const message = /'lifetme' of update: did you mean 'lifetime'/;
  await t.throwsAsync(device.update({ lifetme: 1 } as never), { code: 'ERR_UNKNOWN_OPTION', message });
});

test('options of the association are refused by connect()', async (t) => {
  const device = new SimulatedDevice({ ...good, port: 0 });
  await t.throwsAsync(device.connect(), { code: 'ERR_INVALID_OPTION', message: /^port: got 0/ });
});

test('what is parsed is complete and frozen', (t) => {
  const server = parseLwm2mServerOptions({ psk });
  t.deepEqual(server, { defaultLifetime: 86_400, maxRegistrations: 100_000, dtls: { psk } } as never);
  t.true(Object.isFrozen(server) && Object.isFrozen(server.dtls));
  const device = parseSimulatedDeviceOptions({ ...good, copyMessages: undefined });
  t.deepEqual(device, {
    endpoint: 'device',
    lifetime: undefined,
    version: '1.1',
    binding: 'U',
    objects: '</1/0>,</3/0>',
    transmission: { ackTimeout: 2_000, ackRandomFactor: 1.5, maxRetransmit: 4 },
    connection: { copyMessages: true, ...good },
  });
  t.true([device, device.transmission, device.connection].every(Object.isFrozen));
});

test('the limits themselves are fine', (t) => {
  for (const options of [
    { endpoint: 'x'.repeat(252) },
    { lifetime: 0 },
    { lifetime: 4_294_967_295 },
    { binding: 'UMHTSNQ' },
    { objects: '' },
    { transmission: { ackTimeout: 1, ackRandomFactor: 1, maxRetransmit: 20 } },
    { transmission: { ackTimeout: 3_600_000, ackRandomFactor: 10, maxRetransmit: 0 } },
    { lifetime: undefined, transmission: undefined, endpoint: undefined },
  ]) {
    t.notThrows(() => new SimulatedDevice({ ...good, ...options }));
  }
});
