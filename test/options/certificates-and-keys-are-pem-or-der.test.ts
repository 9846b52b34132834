import test from 'ava';
import { parseCertificateOptions, wipeSecrets } from '#lib/options/certificates.js';

const der = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]);

test('text, bytes and lists of both become a list of bytes', (t) => {
  const certificates = (cert: unknown) =>
    parseCertificateOptions({ cert, key: 'k' }).certificates.map((bytes) => Buffer.from(bytes).toString('hex'));
  t.deepEqual(certificates('ab'), ['6162']);
  t.deepEqual(certificates(der), [der.toString('hex')]);
  t.deepEqual(certificates([der, 'ab', new Uint8Array(der)]), [der.toString('hex'), '6162', der.toString('hex')]);
});

test('without any there is nothing', (t) => {
  t.deepEqual(parseCertificateOptions({}), { certificates: [], privateKey: null, passphrase: null });
});

test('everything is copied, so that the caller may wipe what it has', (t) => {
  const cert = Uint8Array.from(der);
  const key = new Uint8Array([1, 2, 3]);
  const settings = parseCertificateOptions({ cert, key, passphrase: 'p' });
  cert.fill(0);
  key.fill(0);
  t.deepEqual(settings.certificates[0], Uint8Array.from(der));
  t.deepEqual(settings.privateKey, new Uint8Array([1, 2, 3]));
});

test('our copies of secrets are not in the pool of Node, and are wiped', (t) => {
  const settings = parseCertificateOptions({ cert: 'c', key: 'secret', passphrase: Buffer.from('word') });
  const { privateKey, passphrase } = settings;
  t.is(privateKey?.buffer.byteLength, 6);
  t.is(passphrase?.buffer.byteLength, 4);
  wipeSecrets(settings);
  t.deepEqual(privateKey, new Uint8Array(6));
  t.deepEqual(passphrase, new Uint8Array(4));
});

test('a certificate needs its key, a key its certificate, a passphrase its key', (t) => {
  const missing = (options: object) =>
    t.throws(() => parseCertificateOptions({ ...options }), { code: 'ERR_INVALID_OPTION' }).message;
  t.regex(missing({ cert: 'c' }), /^key: got undefined, expected one that belongs to the given cert/);
  t.regex(missing({ key: 'k' }), /^cert: /);
  t.regex(missing({ passphrase: 'p' }), /^key: /);
});

test('other types are refused, and what was given is never shown', (t) => {
  const secret = 'secret words';
  for (const options of [
    { cert: [], key: 'k' },
    { cert: [secret, 7], key: 'k' },
    { cert: { pem: secret }, key: 'k' },
    { cert: '', key: 'k' },
    { cert: 'c', key: [secret] },
    { cert: 'c', key: { pem: secret } },
    { cert: 'c', key: '' },
    { cert: 'c', key: 'k', passphrase: 7 },
    { cert: 'c', key: 'k', passphrase: '' },
    { cert: 'c', key: 'k', passphrase: secret.repeat(100) },
  ]) {
    const { message } = t.throws(() => parseCertificateOptions(options), { code: 'ERR_INVALID_OPTION' });
    t.false(message.includes(secret), message);
    t.regex(message, /: got .+, expected /);
  }
});

test('an element that is wrong is named by its place', (t) => {
  t.throws(() => parseCertificateOptions({ cert: ['a', null], key: 'k' }), { message: /^cert\[1\]: got null/ });
});
