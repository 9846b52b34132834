import test from 'ava';
import {
  type ConnectOptions,
  connect,
  connectTls,
  createSslSocket,
  DtlsServer,
  type DtlsServerOptions,
  TlsError,
  TlsServer,
} from 'lwm2m-tls';
import { dial, startServer } from '../helpers/ours.js';

const target = { host: '127.0.0.1', port: 5684, psk: { identity: 'device', key: Buffer.from('key') } };

const wrong: [faults: unknown, message: RegExp, code?: string][] = [
  [null, /^faults: got null/],
  [[], /^faults: got \[\]/],
  ['loss', /^faults: got 'loss'/],
  [{ sent: [] }, /'sent' of faults: did you mean 'send'/, 'ERR_UNKNOWN_OPTION'],
  [{ seed: -1 }, /^faults\.seed: got -1/],
  [{ send: {} }, /^faults\.send: got \{\}, expected an array/],
  [{ send: [null] }, /^faults\.send\[0\]: got null/],
  [{ send: ['lose'] }, /^faults\.send\[0\]: got 'lose'/],
  [{ send: [{}] }, /^faults\.send\[0\]: got \{\}, expected an object with fault, one of lose, /],
  [{ receive: [{ fault: 'loose' }] }, /^faults\.receive\[0\]\.fault: .* did you mean 'lose'/],
  [
    { send: [{ fault: 'lose', probabilty: 1 }] },
    /of faults\.send\[0\]: did you mean 'probability'/,
    'ERR_UNKNOWN_OPTION',
  ],
  [{ send: [{ fault: 'lose', copies: 1 }] }, /unknown option 'copies' of faults\.send\[0\]/, 'ERR_UNKNOWN_OPTION'],
  [{ send: [{ fault: 'lose', probability: 1.1 }] }, /probability: got 1\.1, expected a number from 0 to 1/],
  [{ send: [{ fault: 'lose', probability: Number.NaN }] }, /probability: got NaN/],
  [{ send: [{ fault: 'lose', records: 'alarm' }] }, /records: got 'alarm', .* did you mean 'alert'/],
  [{ send: [{ fault: 'lose', records: [] }] }, /records: got \[\], expected at least one/],
  [{ send: [{ fault: 'lose', handshake: 'SeverHello' }] }, /did you mean 'ServerHello'/],
  [{ send: [{ fault: 'lose', handshake: [undefined] }] }, /handshake: got undefined/],
  [{ send: [{ fault: 'lose', handshake: 'Finished', records: 'alert' }] }, /records: .* nothing beside handshake/],
  [{ send: [{ fault: 'lose', nth: 0 }] }, /nth: got 0, expected an integer from 1/],
  [{ send: [{ fault: 'lose', nth: 1, limit: 1 }] }, /limit: got 1, expected nothing beside nth/],
  [{ send: [{ fault: 'lose', per: 'device' }] }, /per: got 'device', expected 'peer' or 'socket'/],
  [{ send: [{ fault: 'lose', from: 10, to: 10 }] }, /to: got 10, expected an integer from 11/],
  [{ send: [{ fault: 'lose', to: 10, period: 9 }] }, /period: got 9, expected an integer from 10/],
  [{ send: [{ fault: 'blackout' }] }, /faults\.send\[0\]\.to: got undefined/],
  [{ send: [{ fault: 'delay' }] }, /milliseconds: got undefined/],
  [{ send: [{ fault: 'delay', milliseconds: 10, jitter: 11 }] }, /jitter: got 11, expected an integer from 0 to 10 ms/],
  [{ send: [{ fault: 'delay', milliseconds: 10, inOrder: 1 }] }, /inOrder: got 1, expected true or false/],
  [{ send: [{ fault: 'reorder', places: 0 }] }, /places: got 0/],
  [{ send: [{ fault: 'duplicate', copies: 17 }] }, /copies: got 17, expected an integer from 1 to 16/],
  [{ send: [{ fault: 'corrupt', bits: 65 }] }, /bits: got 65/],
  [{ send: [{ fault: 'truncate', bytes: -1 }] }, /bytes: got -1/],
  [{ send: [{ fault: 'mtu' }] }, /bytes: got undefined/],
  [{ receive: [{ fault: 'mtu', bytes: 100, emsgsize: true }] }, /only the sender/],
  [{ receive: [{ fault: 'rebind' }] }, /it is for what clients send/],
  [{ send: [{ fault: 'rebind', localAddress: 'localhost' }] }, /localAddress: got 'localhost', expected a numeric/],
];

for (const [faults, message, code = 'ERR_INVALID_OPTION'] of wrong) {
  test(`${JSON.stringify(faults)}: ${message}`, async (t) => {
    const options = { ...target, faults } as ConnectOptions;
    await t.throwsAsync(connect(options), { instanceOf: TlsError, code, message });
  });
}

test('a server takes no rebind', (t) => {
  const options = { psk: {}, faults: { send: [{ fault: 'rebind' }] } } as DtlsServerOptions;
  t.throws(() => new DtlsServer(options), { code: 'ERR_INVALID_OPTION', message: /it is for what clients send/ });
});

test('wrong rules leave those that are set', async (t) => {
  const { server, port } = await startServer(t, { faults: { receive: [{ fault: 'duplicate' }] } });
  t.throws(() => server.faults.set({ send: [{ fault: 'mtu', bytes: 0 }] }), { code: 'ERR_INVALID_OPTION' });
  t.throws(() => server.faults.set(null as never), { code: 'ERR_INVALID_OPTION' });
  await dial(t, port);
  t.true(server.faults.counters().receive.duplicated > 0);
});

test('without the option there are none to control', async (t) => {
  const { server, port } = await startServer(t);
  const client = await dial(t, port);
  t.throws(() => server.faults, { instanceOf: TlsError, code: 'ERR_NO_FAULTS' });
  t.throws(() => client.faults, { instanceOf: TlsError, code: 'ERR_NO_FAULTS' });
});

test('they are refused over TCP', async (t) => {
  const refusal = { code: 'ERR_INVALID_OPTION', message: /nothing over TCP, .*they are for datagrams/ };
  t.throws(() => new TlsServer({ psk: {}, faults: {} } as never), refusal);
  await t.throwsAsync(connectTls({ ...target, faults: {} } as never), refusal);
  const configuration = { backendConfiguration: { faults: {} } };
  t.throws(() => createSslSocket(configuration), { code: 'EINVAL', message: refusal.message });
});
