import test from 'ava';
import type { PeerInfo } from '#lib/binding.js';
import { PeerIdentity } from '#lib/socket/peer-identity.js';
import { pki } from '../helpers/pki.js';

const PSK_CCM8 = 0xc0a8;
const ECDSA_CCM8 = 0xc0ae;
const TLS13_GCM = 0x1301;

async function peer(info: Partial<PeerInfo>, withCertificate = false): Promise<PeerIdentity> {
  const certificates = withCertificate ? (await pki.server()).chain.map(({ der }) => der) : [];
  const unknown = { version: 0, resumed: false, pskIdentity: '', serverName: '', verifyResult: 0 };
  return new PeerIdentity({ ...unknown, cipher: PSK_CCM8, certificates, ...info });
}

test('by the pre-shared key', async (t) => {
  t.like(await peer({ pskIdentity: 'device' }), { authorized: true, pskIdentity: 'device' });
  t.like(await peer({ pskIdentity: 'device', cipher: TLS13_GCM }), { authorized: true, pskIdentity: 'device' });
});

test('by a verified certificate', async (t) => {
  const verified = await peer({ cipher: ECDSA_CCM8 }, true);
  t.like(verified, { authorized: true, authorizationError: undefined });
  t.is(verified.chain.length, 2);
  const expired = await peer({ cipher: ECDSA_CCM8, verifyResult: 10 }, true);
  t.like(expired, { authorized: false, authorizationError: 'CERT_HAS_EXPIRED' });
});

test('not by an identity that was on offer only, while the other side showed a certificate', async (t) => {
  for (const cipher of [ECDSA_CCM8, TLS13_GCM]) {
    const offered = await peer({ cipher, pskIdentity: 'device', verifyResult: 18 }, true);
    t.like(offered, { authorized: false, pskIdentity: undefined });
  }
});

test('not by nothing', async (t) => {
  for (const cipher of [ECDSA_CCM8, TLS13_GCM, PSK_CCM8]) {
    t.like(await peer({ cipher }), { authorized: false, authorizationError: undefined, pskIdentity: undefined });
  }
  t.like(await peer({ cipher: ECDSA_CCM8, pskIdentity: 'device' }), { authorized: false, pskIdentity: undefined });
});

test('a certificate that Node cannot read throws nothing', async (t) => {
  const { der } = await pki.server();
  t.deepEqual((await peer({ certificates: [Buffer.from('none')] })).chain, []);
  t.is((await peer({ certificates: [der, Buffer.from('none'), der] })).chain.length, 1);
});
