import test from 'ava';
import { credentials, type PskSecurity } from 'lwm2m-tls';
import { connectedPair, type Kind, kinds, receiveText } from '../helpers/contract-sockets.js';

const cases: Record<string, Omit<PskSecurity, 'mode'>> = {
  'the shortest': { identity: 'i', key: Buffer.from('k') },
  'an identity of 127 bytes and a key of 64': { identity: 'i'.repeat(127), key: Buffer.alloc(64, 7) },
  'a key of 256 bytes': { identity: 'device', key: Buffer.alloc(256, 7) },
  'bytes of a buffer source': {
    identity: credentials.buffer(Buffer.from('déjà vu')),
    key: credentials.buffer(Buffer.from('key')),
  },
};

for (const kind of kinds) {
  for (const [what, psk] of Object.entries(cases)) {
    test(`${kind}: ${what}`, async (t) => {
      const configuration = { security: { mode: 'psk', ...psk } as const, ciphersuites: suitesOf(kind) };
      const { client, server } = await connectedPair(t, kind, configuration, configuration);
      await client.send('well');
      t.is(await receiveText(server), 'well');
    });
  }
}

test('TLS 1.3 with a key', async (t) => {
  const { client, server } = await connectedPair(t, 'TLS', { ciphersuites: [0x1301] });
  await server.send('well');
  t.is(await receiveText(client), 'well');
});

function suitesOf(kind: Kind): number[] {
  return kind === 'DTLS' ? [0xc0a8] : [0x00a8];
}
