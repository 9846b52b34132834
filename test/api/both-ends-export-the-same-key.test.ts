import test, { type ExecutionContext } from 'ava';
import { connect, DtlsServer, type DtlsSocket, type RecordLayer } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';

const psk = { identity: 'device', key: Buffer.from('0123456789abcdef') };

async function pair(
  t: ExecutionContext,
  recordLayers: readonly [RecordLayer, RecordLayer],
  cipherSuite: string,
): Promise<readonly [DtlsSocket, DtlsSocket]> {
  const [ours, theirs] = recordLayers;
  const cipherSuites = [cipherSuite];
  const server = attend(t, new DtlsServer({ psk: { [psk.identity]: psk.key }, recordLayer: ours, cipherSuites }));
  const accepted = new Promise<DtlsSocket>((resolve) => server.once('connection', resolve));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const client = attend(t, await connect({ host: '127.0.0.1', port, psk, recordLayer: theirs, cipherSuites }));
  return [client, await accepted];
}

const suites = ['TLS_PSK_WITH_AES_128_CCM_8', 'TLS_PSK_WITH_AES_256_GCM_SHA384', 'TLS_PSK_WITH_AES_128_CBC_SHA256'];
for (const suite of suites) {
  for (const layers of [
    ['own', 'own'],
    ['own', 'openssl'],
    ['openssl', 'own'],
  ] as const) {
    test(`${suite}, the client's records are of ${layers[1]}, the server's of ${layers[0]}`, async (t) => {
      const [client, server] = await pair(t, layers, suite);
      for (const context of [undefined, Buffer.alloc(0), Buffer.from('context')]) {
        const key = client.exportKeyingMaterial(48, 'EXPERIMENTAL test', context);
        t.is(key.length, 48);
        t.deepEqual(server.exportKeyingMaterial(48, 'EXPERIMENTAL test', context), key);
        t.notDeepEqual(server.exportKeyingMaterial(48, 'EXPERIMENTAL other', context), key);
      }
      const none = client.exportKeyingMaterial(32, 'EXPERIMENTAL test');
      t.notDeepEqual(client.exportKeyingMaterial(32, 'EXPERIMENTAL test', Buffer.alloc(0)), none);
    });
  }
}

test('what cannot be exported is refused', async (t) => {
  for (const layer of ['own', 'openssl'] as const) {
    const [client] = await pair(t, [layer, layer], 'TLS_PSK_WITH_AES_128_CCM_8');
    for (const label of ['key expansion', 'client finished', 'master secret']) {
      t.throws(() => client.exportKeyingMaterial(32, label), { code: 'ERR_TLS_LIBRARY' }, `${layer}: ${label}`);
    }
    for (const length of [0, 1_025, 1.5, '32' as unknown as number]) {
      t.throws(() => client.exportKeyingMaterial(length, 'label'), { code: 'ERR_INVALID_OPTION' });
    }
    for (const label of ['', 'x'.repeat(65), 'ä', 7 as unknown as string]) {
      t.throws(() => client.exportKeyingMaterial(32, label), { code: 'ERR_INVALID_OPTION' });
    }
    t.throws(() => client.exportKeyingMaterial(32, 'label', Buffer.alloc(513)), { code: 'ERR_INVALID_OPTION' });
    await client.close();
    t.throws(() => client.exportKeyingMaterial(32, 'label'), { code: 'ERR_CLOSED' });
  }
});
