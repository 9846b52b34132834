import test from 'ava';
import { cipherSuites, DtlsServer } from 'lwm2m-tls';
import { parseCipherSuites } from '#lib/options/cipher-suites.js';

const psk = { device: Buffer.from('key') };

test('IANA names, IANA numbers and OpenSSL names mean the same', (t) => {
  for (const suite of cipherSuites) {
    t.deepEqual(parseCipherSuites([suite.id, suite.name, suite.openssl]), [suite]);
  }
});

test('the given order stays', (t) => {
  const ids = parseCipherSuites(['TLS_PSK_WITH_AES_128_CBC_SHA256', 0xc0a8, 'PSK-AES128-GCM-SHA256']).map(
    ({ id }) => id,
  );
  t.deepEqual(ids, [0x00ae, 0xc0a8, 0x00a8]);
});

test('an unknown name is an error that suggests', (t) => {
  const error = t.throws(() => new DtlsServer({ psk, cipherSuites: ['TLS_PSK_WITH_AES_128_CCM8'] }));
  t.like(error, { code: 'ERR_UNKNOWN_CIPHER_SUITE' });
  t.regex(error.message, /did you mean 'TLS_PSK_WITH_AES_128_CCM_8'\?/);
  t.throws(() => new DtlsServer({ psk, cipherSuites: ['psk-aes128-ccm8'] }), { message: /mean 'PSK-AES128-CCM8'\?/ });
});

test('an unknown number is an error that says where all are', (t) => {
  for (const id of [0x0000, 0xffff, -1, 1.5, Number.NaN]) {
    const error = t.throws(() => new DtlsServer({ psk, cipherSuites: [id] }), undefined, String(id));
    t.like(error, { code: 'ERR_UNKNOWN_CIPHER_SUITE' });
    t.regex(error.message, /the export cipherSuites lists/);
  }
});
