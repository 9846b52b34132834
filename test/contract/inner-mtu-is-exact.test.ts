import test from 'ava';
import { cipherSuites, credentials, SocketOption, type SslConfiguration } from 'lwm2m-tls';
import { plaintextLimit } from '#lib/contract/channel/record-overhead.js';
import { connectedPair, failureOf, pskSecurity } from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

/** What is left of a UDP payload of 1400 bytes. */
const limits: [name: string, innerMtu: number][] = [
  ['TLS_PSK_WITH_AES_128_CCM_8', 1_371],
  ['TLS_PSK_WITH_AES_256_CCM_8', 1_371],
  ['TLS_PSK_WITH_AES_128_CCM', 1_363],
  ['TLS_PSK_WITH_AES_128_GCM_SHA256', 1_363],
  ['TLS_PSK_WITH_CHACHA20_POLY1305_SHA256', 1_371],
  ['TLS_PSK_WITH_AES_128_CBC_SHA256', 1_327],
  ['TLS_PSK_WITH_AES_256_CBC_SHA384', 1_311],
  ['TLS_PSK_WITH_AES_128_CBC_SHA', 1_339],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', 1_371],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 1_363],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 1_371],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', 1_327],
];

/** The same with encrypt-then-MAC (RFC 7366), which has to be asked for. */
const encryptThenMacLimits: [name: string, innerMtu: number][] = [
  ['TLS_PSK_WITH_AES_128_CBC_SHA256', 1_327],
  ['TLS_PSK_WITH_AES_256_CBC_SHA384', 1_311],
  ['TLS_PSK_WITH_AES_128_CBC_SHA', 1_343],
  ['TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256', 1_327],
];

const headers = 28;

for (const [name, innerMtu] of encryptThenMacLimits) {
  test(`${name} with encrypt-then-MAC`, async (t) => {
    const configuration: SslConfiguration = {
      ciphersuites: [cipherSuites.find((suite) => suite.name === name)!.id],
      backendConfiguration: { forcedMtu: 1_400 + headers },
      additionalConfigurationClb: ({ configure }) => configure('Options', 'EncryptThenMac'),
    };
    const { client, server } = await connectedPair(t, 'DTLS', configuration, configuration);
    t.is(client.getOpt(SocketOption.innerMtu), innerMtu);
    const before = client.getOpt(SocketOption.bytesSent);
    await client.send(Buffer.alloc(innerMtu, 1));
    t.is((await server.receiveMessage()).length, innerMtu);
    const size = client.getOpt(SocketOption.bytesSent) - before;
    t.true(size <= 1_400 && size > 1_400 - 16, `${size} bytes`);
    t.is((await failureOf(t, client.send(Buffer.alloc(innerMtu + 1)))).code, 'EMSGSIZE');
  });
}

for (const [name, innerMtu] of limits) {
  test(name, async (t) => {
    const { id, kind } = cipherSuites.find((suite) => suite.name === name)!;
    const { chain, keyDer } = await pki.server();
    const own = { clientCert: credentials.array(chain.map(({ der }) => der)), clientKey: keyDer };
    const configuration = {
      ciphersuites: [id],
      security: kind === 'psk' ? pskSecurity : own,
      backendConfiguration: { forcedMtu: 1_400 + headers },
    };
    const { client, server } = await connectedPair(t, 'DTLS', configuration, configuration);
    t.is(client.getOpt(SocketOption.mtu), 1_428);
    t.is(client.getOpt(SocketOption.innerMtu), innerMtu);
    t.is(plaintextLimit(id, 1_400), innerMtu, 'the formula for other sizes of the path');

    const before = client.getOpt(SocketOption.bytesSent);
    await client.send(Buffer.alloc(innerMtu, 1));
    t.is((await server.receiveMessage()).length, innerMtu);
    const size = client.getOpt(SocketOption.bytesSent) - before;
    t.true(size <= 1_400 && size > 1_400 - 16, `${size} bytes`);
    t.is((await failureOf(t, client.send(Buffer.alloc(innerMtu + 1)))).code, 'EMSGSIZE');
  });
}

test('it is kept after shutdown, and forgotten with close', async (t) => {
  const { client } = await connectedPair(t, 'DTLS', { backendConfiguration: { forcedMtu: 1_280 } });
  const innerMtu = client.getOpt(SocketOption.innerMtu);
  await client.shutdown();
  t.is(client.getOpt(SocketOption.innerMtu), innerMtu);
  await client.close();
  t.is(client.getOpt(SocketOption.innerMtu), 0);
  t.is(client.getOpt(SocketOption.mtu), 1_280, 'forced');
});

test('handshake flights fit, too', async (t) => {
  const { chain, keyDer } = await pki.rsaServer();
  const own = { clientCert: credentials.array(chain.map(({ der }) => der)), clientKey: keyDer };
  const configuration = { security: own, ciphersuites: [0xc02f], backendConfiguration: { forcedMtu: 300 } };
  const { client } = await connectedPair(t, 'DTLS', configuration, configuration);
  t.true(client.getOpt(SocketOption.innerMtu) <= 300 - headers - 13);
});
