import test from 'ava';
import { connect, DtlsServer, TlsError } from 'lwm2m-tls';
import { contextError } from '#lib/errors/context-error.js';
import { identityOf } from '../helpers/certified.js';
import { pkcs8Pem, pki, traditionalDer, traditionalPem } from '../helpers/pki.js';

const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;

for (const [what, change, code, words] of [
  [
    'a certificate that is none',
    { cert: 'none' },
    'ERR_INVALID_CERTIFICATE',
    /^cert: is neither PEM nor DER.*the content of a file, not its name/,
  ],
  ['a PEM that holds no certificate', { cert: pem('CERTIFICATE') }, 'ERR_INVALID_CERTIFICATE', /^cert: /],
  ['a key that is none', { key: Buffer.from('none') }, 'ERR_INVALID_KEY', /^key: is not a private key/],
  ['an authority that is none', { ca: 'none' }, 'ERR_INVALID_CERTIFICATE', /^ca: /],
  ['a list that is none', { crl: 'none' }, 'ERR_INVALID_CRL', /^crl: /],
  ['an unknown group', { groups: ['P-257'] }, 'ERR_INVALID_OPTION', /^groups: is not understood/],
  ['an unknown signature', { signatureAlgorithms: ['ECDSA+MD6'] }, 'ERR_INVALID_OPTION', /^signatureAlgorithms: /],
] as const) {
  test(`${what}, at both ends`, async (t) => {
    const options = { ...identityOf(await pki.server()), ...change };
    const error = t.throws(() => new DtlsServer({ requestCert: false, ...options }), {
      instanceOf: TlsError,
      code,
      message: words,
    });
    t.notRegex(error.message, /BEGIN|AAAA/);
    await t.throwsAsync(connect({ host: '127.0.0.1', port: 5684, ...options }), { code, message: words });
  });
}

test('the element at fault is numbered', async (t) => {
  const { pem: root } = await pki.root();
  const construct = () => new DtlsServer({ psk: {}, requestCert: false, ca: [root, root, 'none'] });
  t.throws(construct, { code: 'ERR_INVALID_CERTIFICATE', message: /^ca\[2\]: / });
});

test('the key of somebody else', async (t) => {
  const { cert } = identityOf(await pki.server());
  for (const other of [pki.client, pki.rsaServer]) {
    const { key } = identityOf(await other());
    t.throws(() => new DtlsServer({ cert, key }), { code: 'ERR_KEY_MISMATCH' });
  }
});

test('bytes after a DER', async (t) => {
  const { der, keyDer, keyPem } = await pki.directServer();
  const longer = (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]);
  t.throws(() => new DtlsServer({ cert: longer(der), key: keyPem }), {
    code: 'ERR_INVALID_CERTIFICATE',
    message: /more/,
  });
  t.throws(() => new DtlsServer({ cert: der, key: longer(keyDer) }), { code: 'ERR_INVALID_KEY', message: /more/ });
});

test('every form of a private key is read, encrypted PEM with its passphrase', async (t) => {
  for (const made of [pki.server, pki.rsaServer]) {
    const certified = await made();
    const { key } = certified;
    const cert = certified.chainPem;
    const passphrase = 'correct horse';
    for (const plain of [certified.keyPem, certified.keyDer, traditionalPem(key), traditionalDer(key)]) {
      t.notThrows(() => new DtlsServer({ cert, key: plain }));
    }
    for (const sealed of [pkcs8Pem(key, passphrase), traditionalPem(key, passphrase)]) {
      t.notThrows(() => new DtlsServer({ cert, key: sealed, passphrase }));
      t.notThrows(() => new DtlsServer({ cert, key: sealed, passphrase: Buffer.from(passphrase) }));
      for (const wrong of ['wrong', undefined]) {
        const construct = () => new DtlsServer({ cert, key: sealed, passphrase: wrong });
        const { message } = t.throws(construct, { code: 'ERR_INVALID_KEY', message: /passphrase is missing or wrong/ });
        t.notRegex(message, /correct|wrong'/);
      }
    }
  }
});

test('what the binding says becomes a code that is about the option', (t) => {
  const error = (details: object) =>
    contextError(Object.assign(new Error('x'), { code: 'ERR_CONTEXT', reason: 'why', libraryCode: 7, ...details }));
  t.like(error({ kind: 'noCiphers', field: 'cipherSuites' }), { code: 'ERR_NO_CIPHER_SUITE', libraryCode: 7 });
  t.like(error({ kind: 'version', field: 'minVersion' }), { code: 'ERR_INVALID_OPTION' });
  t.like(error({ kind: 'library', field: 'certificates' }), { code: 'ERR_INVALID_CERTIFICATE', reason: 'why' });
  t.regex((error({ kind: 'library', field: 'certificates' }) as Error).message, /securityLevel/);
  t.like(error({ kind: 'library' }), { code: 'ERR_TLS_LIBRARY', library: 'OpenSSL' });
  const other = new Error('another');
  t.is(contextError(other), other);
});
