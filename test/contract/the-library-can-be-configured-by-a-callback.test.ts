import test from 'ava';
import { connectTls, createDtlsSocket, credentials, type LibraryContext } from 'lwm2m-tls';
import { boundSocket, failureOf, kinds, makeSocket, pskSecurity } from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

test('it is called once, when the socket is made', (t) => {
  const contexts: LibraryContext[] = [];
  const additionalConfigurationClb = (context: LibraryContext) => {
    contexts.push(context);
    return 0;
  };
  t.notThrows(() => createDtlsSocket({ security: pskSecurity, additionalConfigurationClb }));
  t.is(contexts.length, 1);
  t.throws(() => createDtlsSocket({ security: pskSecurity, version: 99 as never, additionalConfigurationClb }));
  t.is(contexts.length, 1, 'last of all');
});

for (const [what, additionalConfigurationClb] of Object.entries({
  'returns a number': () => -1,
  throws: () => {
    throw new Error('no');
  },
  'gives a command that does not exist': ({ configure }: LibraryContext) => configure('NoSuchCommand', 'x'),
  'gives a value that does not exist': ({ configure }: LibraryContext) => configure('Curves', 'P-1'),
})) {
  test(`a callback that ${what}`, (t) => {
    const error = t.throws(() => createDtlsSocket({ additionalConfigurationClb }), { code: 'EPIPE' });
    t.like(error, { avsCode: 57, category: 'AVS_ERRNO_CATEGORY' });
  });
}

for (const kind of kinds) {
  test(`${kind}: what it sets has an effect`, async (t) => {
    const { chain, keyDer } = await pki.server();
    const security = { clientCert: credentials.array(chain.map(({ der }) => der)), clientKey: keyDer };
    const curves =
      (value: string) =>
      ({ configure }: LibraryContext) =>
        configure('Curves', value);
    const listener = await boundSocket(t, kind, { security, additionalConfigurationClb: curves('P-256') });
    const attempt = (value: string) => {
      const client = makeSocket(t, kind, { security: {}, additionalConfigurationClb: curves(value) });
      const accepted = listener.accept(makeSocket(t, kind)).catch(() => {});
      return Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), accepted]);
    };
    const error = await failureOf(t, attempt('X25519'));
    t.like(
      error,
      { code: 'ERR_ALERT_RECEIVED', category: 'AVS_NET_SSL_ALERT_CATEGORY', avsCode: 512 + 40 },
      'handshake_failure',
    );
    await t.notThrowsAsync(attempt('P-256'));
  });
}

test('it is called again for the server’s side of the same credentials', async (t) => {
  let calls = 0;
  const count = () => {
    calls += 1;
    return 0;
  };
  const { chain, keyDer } = await pki.server();
  const security = { clientCert: credentials.array(chain.map(({ der }) => der)), clientKey: keyDer };
  const listener = await boundSocket(t, 'TLS', { security, additionalConfigurationClb: count });
  t.is(calls, 1);
  const accepted = listener.accept(makeSocket(t, 'TLS'));
  const client = await connectTls({ host: '127.0.0.1', port: listener.getLocalPort(), rejectUnauthorized: false });
  t.teardown(() => client.destroy());
  await accepted;
  t.is(calls, 2);
});
