import test from 'ava';
import { type CredentialSource, createSslSocket, credentials } from 'lwm2m-tls';
import { pki } from '../helpers/pki.js';

const bad: Readonly<Record<string, { source: CredentialSource; code: string }>> = {
  'what cannot be parsed': { source: credentials.buffer(Buffer.from('neither PEM nor DER')), code: 'EPROTO' },
  'a file that is not there': { source: credentials.file('no/such/file.pem'), code: 'EIO' },
  'what is no source': { source: {} as CredentialSource, code: 'EINVAL' },
};

for (const [what, { source, code }] of Object.entries(bad)) {
  for (const kind of ['array', 'list'] as const) {
    test(`${what}, in the middle of good ones in a nested ${kind}`, async (t) => {
      const good = credentials.buffer((await pki.root()).der);
      const nested = credentials[kind]([good, credentials.array([source]), good]);
      const error = t.throws(
        () => createSslSocket({ security: { serverCertValidation: true, trustedCerts: nested } }),
        { code },
      );
      t.true(error?.message.includes('security.trustedCerts'), error?.message);
    });
  }
}
