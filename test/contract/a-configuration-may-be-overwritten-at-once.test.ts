import test from 'ava';
import { SocketOption, type SslConfiguration } from 'lwm2m-tls';
import { boundSocket, kinds, makeSocket, meet, pskSecurity } from '../helpers/contract-sockets.js';

for (const kind of kinds) {
  test(`${kind}: a key, suites, timeouts and the socket below are copied`, async (t) => {
    const { identity, key } = pskSecurity as { identity: string; key: Uint8Array };
    const security = { mode: 'psk' as const, identity: Buffer.from(identity), key: Buffer.from(key) };
    const ciphersuites = kind === 'DTLS' ? [0xc0a8] : [0x00a8];
    const dtlsHandshakeTimeouts = { min: 1_000, max: 2_000 };
    const backendConfiguration = { forcedMtu: 1_280, interfaceName: '' };
    const configuration: SslConfiguration = {
      ...{ security, ciphersuites, dtlsHandshakeTimeouts, backendConfiguration },
      serverNameIndication: 'server.example',
    };
    const client = makeSocket(t, kind, configuration);

    security.key.fill(0);
    security.identity.fill(0);
    ciphersuites[0] = 0xffff;
    dtlsHandshakeTimeouts.min = -1;
    backendConfiguration.forcedMtu = 1;
    backendConfiguration.interfaceName = 'none0';
    configuration.serverNameIndication = 'x'.repeat(999);

    const pair = { client, server: makeSocket(t, kind), listener: await boundSocket(t, kind) };
    await t.notThrowsAsync(meet(pair));
    t.is(client.getOpt(SocketOption.innerMtu), kind === 'DTLS' ? 1_280 - 28 - 29 : 0);
    await Promise.all([client.close(), pair.server.close()]);
    await t.notThrowsAsync(meet(pair), 'and once more');
  });
}
