import test from 'ava';
import { SocketOption } from 'lwm2m-tls';
import { failureOf, makeSocket } from '../helpers/contract-sockets.js';
import { ipv6Test } from '../helpers/ipv6.js';

/** Record header, explicit nonce and tag of TLS_PSK_WITH_AES_128_CCM_8. */
const RECORD_OVERHEAD = 13 + 8 + 8;
const ciphersuites = [0xc0a8];

for (const [address, headers] of [
  ['127.0.0.1', 20 + 8],
  ['::1', 40 + 8],
] as const) {
  const testHere = address === '::1' ? ipv6Test : test;

  testHere(`${address}: a forced MTU less ${headers} bytes of headers and the overhead of a record`, async (t) => {
    const client = await connectedTo(t, address, 1_280);
    t.is(client.getOpt(SocketOption.mtu), 1_280);
    t.is(client.getOpt(SocketOption.innerMtu), 1_280 - headers - RECORD_OVERHEAD);
  });

  testHere(`${address}: without a forced one the system knows the path`, async (t) => {
    const client = await connectedTo(t, address, 0);
    const mtu = client.getOpt(SocketOption.mtu);
    t.true(mtu >= 1_280, `${mtu}`);
    const innerMtu = client.getOpt(SocketOption.innerMtu);
    t.true(innerMtu > 1_000 && innerMtu <= mtu - headers - RECORD_OVERHEAD, `${innerMtu} of ${mtu}`);
    t.is((await failureOf(t, client.send(Buffer.alloc(innerMtu + 1)))).code, 'EMSGSIZE');
    await t.notThrowsAsync(client.send(Buffer.alloc(innerMtu)));
  });
}

async function connectedTo(t: Parameters<typeof makeSocket>[0], address: string, forcedMtu: number) {
  const listener = makeSocket(t, 'DTLS');
  await listener.bind(address, 0);
  const client = makeSocket(t, 'DTLS', { ciphersuites, backendConfiguration: { forcedMtu } });
  await Promise.all([client.connect(address, listener.getLocalPort()), listener.accept(makeSocket(t, 'DTLS'))]);
  return client;
}
