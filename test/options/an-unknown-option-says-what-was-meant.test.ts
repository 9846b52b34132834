import test from 'ava';
import { connect, DtlsServer } from 'lwm2m-tls';

const psk = { device: Buffer.from('key') };

test('a server', (t) => {
  const error = t.throws(() => new DtlsServer({ psk, cipherSuite: [0xc0a8] } as never));
  t.like(error, { name: 'TlsError', code: 'ERR_UNKNOWN_OPTION' });
  t.regex(error.message, /unknown option 'cipherSuite' of DtlsServer: did you mean 'cipherSuites'\?/);
});

test('letter case does not hide the suggestion', (t) => {
  const error = t.throws(() => new DtlsServer({ psk, MTU: 500 } as never));
  t.regex(error.message, /did you mean 'mtu'\?/);
});

test('a name that is near to nothing lists what there is', (t) => {
  const error = t.throws(() => new DtlsServer({ psk, certificateAuthority: '' } as never));
  t.like(error, { code: 'ERR_UNKNOWN_OPTION' });
  t.regex(error.message, /known are .*mtu, .*psk/);
});

test('an option inside of an option', (t) => {
  const error = t.throws(() => new DtlsServer({ psk, handshakeTimeouts: { maximum: 5 } } as never));
  t.like(error, { code: 'ERR_UNKNOWN_OPTION' });
  t.regex(error.message, /unknown option 'maximum' of handshakeTimeouts/);
});

test('listen()', async (t) => {
  const server = new DtlsServer({ psk });
  t.teardown(() => server.close());
  const error = await t.throwsAsync(server.listen({ reuseAdress: true } as never));
  t.like(error, { code: 'ERR_UNKNOWN_OPTION' });
  t.regex(error.message, /did you mean 'reuseAddress'\?/);
  t.throws(() => server.address(), { code: 'ERR_NOT_LISTENING' }, 'nothing was opened');
});

test('connect()', async (t) => {
  const options = { host: '127.0.0.1', port: 5684, psk: { identity: 'a', key: Buffer.from('b') }, localport: 1 };
  const error = await t.throwsAsync(connect(options as never));
  t.like(error, { code: 'ERR_UNKNOWN_OPTION' });
  t.regex(error.message, /did you mean 'localPort'\?/);
});

test('the credentials of connect()', async (t) => {
  const options = { host: '127.0.0.1', port: 5684, psk: { identity: 'a', keys: Buffer.from('b') } };
  const error = await t.throwsAsync(connect(options as never));
  t.regex(error.message, /unknown option 'keys' of psk: did you mean 'key'\?/);
});

test('undefined is the same as absent', (t) => {
  t.notThrows(() => new DtlsServer({ psk, mtu: undefined, cipherSuites: undefined, handshakeTimeouts: undefined }));
});
