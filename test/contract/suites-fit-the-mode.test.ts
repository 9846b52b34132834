import test from 'ava';
import { cipherSuites, SocketOption, type SslConfiguration, SslVersion } from 'lwm2m-tls';
import { parseConfiguration } from '#lib/contract/config/configuration.js';
import { createClientContext } from '#lib/contract/config/library-context.js';
import { failureOf, type Kind, kinds, makeSocket, pskSecurity } from '../helpers/contract-sockets.js';

const ccm8 = { psk: 0xc0a8, certificate: 0xc0ae };

for (const kind of kinds) {
  test(`${kind}: a list of both modes is filtered`, (t) => {
    const ciphersuites = [ccm8.psk, ccm8.certificate];
    t.deepEqual(effective(kind, { security: pskSecurity, ciphersuites }), [ccm8.psk]);
    t.deepEqual(effective(kind, { ciphersuites }), [ccm8.certificate]);
  });

  test(`${kind}: the order is the preference, the unknown is ignored, and nothing is there twice`, (t) => {
    const ciphersuites = [0x00ae, 0xffff, 0x1_00a8, 0xc0a8, 0x00ae, 0xcafe, 0x00a8];
    t.deepEqual(effective(kind, { security: pskSecurity, ciphersuites }), [0x00ae, 0xc0a8, 0x00a8]);
  });

  test(`${kind}: without a list all that fit, and nothing unsafe`, (t) => {
    for (const security of [pskSecurity, {}]) {
      const mode = 'mode' in security ? 'psk' : 'certificate';
      const ids = effective(kind, { security });
      t.deepEqual(ids, effective(kind, { security, ciphersuites: [] }), 'an empty list is none');
      t.true(ids.length > 10);
      for (const id of ids) {
        const { name, kind: authentication } = cipherSuites.find((suite) => suite.id === id)!;
        t.true(authentication === mode || (authentication === 'tls13' && kind === 'TLS'), name);
        t.notRegex(name, /NULL|anon|SRP/);
      }
    }
  });

  for (const [what, configuration] of Object.entries({
    'nothing known': { ciphersuites: [0xffff] },
    'nothing of the mode': { ciphersuites: [ccm8.certificate] },
  })) {
    test(`${kind}: ${what} is left: connect fails`, async (t) => {
      const socket = makeSocket(t, kind, configuration);
      t.like(await failureOf(t, socket.connect('127.0.0.1', 9)), { code: 'EPROTO', avsCode: 58 });
      t.is(socket.getOpt(SocketOption.bytesSent), 0);
      await socket.bind('127.0.0.1', 0);
      t.is((await failureOf(t, socket.accept(makeSocket(t, kind)))).code, 'EPROTO', 'so does accept');
    });
  }
}

test('suites of TLS 1.3 belong to both modes of TLS, and to none of DTLS', async (t) => {
  t.deepEqual(effective('TLS', { security: pskSecurity, ciphersuites: [0x1301, 0xc0a8] }), [0x1301, 0xc0a8]);
  t.deepEqual(effective('TLS', { ciphersuites: [0x1302] }), [0x1302]);
  const socket = makeSocket(t, 'DTLS', { ciphersuites: [0x1301] });
  t.is((await failureOf(t, socket.connect('127.0.0.1', 9))).code, 'EPROTO');
});

test('suites that the lowest version does not have are nothing', async (t) => {
  const socket = makeSocket(t, 'TLS', { ciphersuites: [0xc0a8], version: SslVersion.tlsv1_3 });
  t.is((await failureOf(t, socket.connect('127.0.0.1', 9))).code, 'EPROTO');
});

/** What libssl says that it would offer. */
function effective(kind: Kind, configuration: SslConfiguration): number[] {
  const parsed = parseConfiguration(configuration, kind === 'DTLS' ? 'datagram' : 'stream');
  return [...createClientContext(parsed).cipherList()];
}
