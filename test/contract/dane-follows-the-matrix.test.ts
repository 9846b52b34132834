import test, { type ExecutionContext } from 'ava';
import { type CertificateSecurity, credentials, SocketOption, type TlsaRecord } from 'lwm2m-tls';
import { boundSocket, failureOf, type Kind, kinds, makeSocket, meet } from '../helpers/contract-sockets.js';
import { type CertifiedKey, Matching, pki, Selector, tlsa, Usage } from '../helpers/pki.js';

type Made = () => Promise<CertifiedKey>;

interface Row {
  what: string;
  server: Made;
  /** Default: enforced. */
  opportunistic?: boolean;
  trust?: Made;
  records: () => Promise<TlsaRecord[]>;
  /** The X509 verify error; undefined: it connects. */
  verifyCode?: number;
}

const { server, root, intermediate, strangeRoot } = pki;
const record =
  (of: Made, ...fields: [usage: number, selector?: number, matching?: number]) =>
  async () => [tlsa(await of(), ...fields)];

const rows: Row[] = [
  { what: 'no records, with trust', server, trust: root, records: async () => [] },
  { what: 'no records, without trust', server, records: async () => [], verifyCode: 20 },
  { what: '3 0 0 leaf', server, records: record(server, Usage.daneEe) },
  { what: '3 1 0 leaf', server, records: record(server, Usage.daneEe, Selector.publicKey) },
  { what: '3 0 1 leaf', server, records: record(server, Usage.daneEe, 0, Matching.sha256) },
  { what: '3 1 2 leaf', server, records: record(server, Usage.daneEe, Selector.publicKey, Matching.sha512) },
  { what: '3 0 0 of a self-signed', server: pki.selfSignedServer, records: record(pki.selfSignedServer, Usage.daneEe) },
  { what: '3 0 0 of an expired', server: pki.expiredServer, records: record(pki.expiredServer, Usage.daneEe) },
  {
    what: '3 0 0 with another name',
    server: pki.misnamedServer,
    records: record(pki.misnamedServer, Usage.daneEe),
    verifyCode: 62,
  },
  { what: '3 0 0 of a CA', server, records: record(intermediate, Usage.daneEe), verifyCode: 65 },
  { what: '3 0 0 mismatch with trust', server, trust: root, records: record(pki.client, Usage.daneEe), verifyCode: 65 },
  { what: '2 0 0 intermediate', server, records: record(intermediate, Usage.daneTa) },
  { what: '2 0 1 intermediate', server, records: record(intermediate, Usage.daneTa, 0, Matching.sha256) },
  { what: '2 0 0 root that is not sent', server, records: record(root, Usage.daneTa) },
  {
    what: '2 0 1 root that is not sent',
    server,
    records: record(root, Usage.daneTa, 0, Matching.sha256),
    verifyCode: 65,
  },
  { what: '2 0 0 leaf', server, records: record(server, Usage.daneTa), verifyCode: 65 },
  { what: '2 0 0 unrelated', server, records: record(strangeRoot, Usage.daneTa), verifyCode: 65 },
  {
    what: '2 0 0 with an expired leaf',
    server: pki.expiredServer,
    records: record(intermediate, Usage.daneTa),
    verifyCode: 10,
  },
  { what: '0 0 0 intermediate, trust', server, trust: root, records: record(intermediate, Usage.pkixTa) },
  { what: '0 0 0 root, trust', server, trust: root, records: record(root, Usage.pkixTa) },
  { what: '0 0 0 without trust', server, records: record(intermediate, Usage.pkixTa), verifyCode: 20 },
  { what: '0 0 0 leaf', server, trust: root, records: record(server, Usage.pkixTa), verifyCode: 65 },
  { what: '1 0 0 leaf, trust', server, trust: root, records: record(server, Usage.pkixEe) },
  { what: '1 0 0 without trust', server, records: record(server, Usage.pkixEe), verifyCode: 20 },
  { what: '1 0 0 intermediate', server, trust: root, records: record(intermediate, Usage.pkixEe), verifyCode: 65 },
  { what: 'opportunistic 3 match', opportunistic: true, server, records: record(server, Usage.daneEe) },
  {
    what: 'opportunistic 3 mismatch',
    opportunistic: true,
    server,
    records: record(pki.client, Usage.daneEe),
    verifyCode: 65,
  },
  { what: 'opportunistic 1 mismatch', opportunistic: true, server, records: record(pki.client, Usage.pkixEe) },
  { what: 'opportunistic, nothing usable', opportunistic: true, server, records: async () => [unusable] },
  { what: 'opportunistic, no records', opportunistic: true, server, records: async () => [] },
  {
    what: 'one usable among unusable ones',
    server,
    records: async () => [unusable, tlsa(await server(), Usage.daneEe), unusable],
  },
];

const unusable: TlsaRecord = { usage: 3, selector: 0, matchingType: 1, data: Buffer.from('no digest') };

for (const kind of kinds) {
  for (const row of rows) {
    test(`${kind}: ${row.what}`, async (t) => {
      const connected = connectWith(t, kind, row, await row.records());
      if (row.verifyCode === undefined) await t.notThrowsAsync(connected);
      else t.like(await failureOf(t, connected), { avsCode: 134, verifyCode: row.verifyCode });
    });
  }

  test(`${kind}: enforced, and none of the records can be used`, async (t) => {
    const socket = await daneSocket(t, kind, { what: '', server, records: async () => [] });
    socket.setOpt(SocketOption.daneTlsaArray, [unusable]);
    const error = await failureOf(t, socket.connect('127.0.0.1', 9));
    t.like(error, { code: 'EPROTO', avsCode: 58, category: 'AVS_ERRNO_CATEGORY' });
    t.is(socket.getOpt(SocketOption.bytesSent), 0, 'before any packet');
    t.is(socket.getOpt(SocketOption.state), 0);
  });

  test(`${kind}: records are replaced, cleared, and copied`, async (t) => {
    const row: Row = { what: '', server, trust: root, records: async () => [] };
    const pair = await danePair(t, kind, row);
    const wrong = tlsa(await pki.client(), Usage.daneEe);
    pair.client.setOpt(SocketOption.daneTlsaArray, [wrong]);
    const accepted = failureOf(t, pair.listener.accept(pair.server));
    const connected = failureOf(t, pair.client.connect('127.0.0.1', pair.listener.getLocalPort()));
    t.is((await connected).code, 'ERR_CERTIFICATE_VERIFY');
    t.is((await accepted).code, 'ERR_ALERT_RECEIVED');
    const right = tlsa(await server(), Usage.daneEe);
    const copy = { ...right, data: Buffer.from(right.data) };
    pair.client.setOpt(SocketOption.daneTlsaArray, [copy]);
    copy.data.fill(0);
    await t.notThrowsAsync(meet(pair));
    await Promise.all([pair.client.close(), pair.server.close()]);
    pair.client.setOpt(SocketOption.daneTlsaArray, []);
    await t.notThrowsAsync(meet(pair), 'the trust anchor alone');
  });
}

test('records are for sockets with DANE', (t) => {
  const records = [unusable];
  for (const security of [{}, { serverCertValidation: true, dane: false }]) {
    const socket = makeSocket(t, 'DTLS', { security });
    t.throws(() => socket.setOpt(SocketOption.daneTlsaArray, records), { code: 'EINVAL' });
  }
  const socket = makeSocket(t, 'DTLS', { security: { dane: true } });
  for (const bad of [undefined, {}, [1], [{ ...unusable, usage: -1 }], [{ ...unusable, data: 'text' }]]) {
    t.throws(() => socket.setOpt(SocketOption.daneTlsaArray, bad as never), { code: 'EINVAL' });
  }
  for (const size of [0, 65_536]) {
    const records = [{ ...unusable, data: Buffer.alloc(size) }];
    t.throws(() => socket.setOpt(SocketOption.daneTlsaArray, records), { code: 'EINVAL' }, `${size} bytes`);
  }
  t.throws(() => socket.setOpt(SocketOption.daneTlsaArray, [{ ...unusable, matching: 1 } as never]), {
    code: 'ERR_UNKNOWN_OPTION',
  });
});

async function connectWith(t: ExecutionContext, kind: Kind, row: Row, records: TlsaRecord[]): Promise<void> {
  const pair = await danePair(t, kind, row);
  pair.client.setOpt(SocketOption.daneTlsaArray, records);
  const accepted = pair.listener.accept(pair.server).catch(() => {});
  await pair.client.connect('127.0.0.1', pair.listener.getLocalPort());
  await accepted;
}

async function danePair(t: ExecutionContext, kind: Kind, row: Row) {
  const certified = await row.server();
  const clientCert = credentials.array(certified.chain.map(({ der }) => credentials.buffer(der)));
  const listener = await boundSocket(t, kind, { security: { clientCert, clientKey: certified.keyDer } });
  return { client: await daneSocket(t, kind, row), server: makeSocket(t, kind), listener };
}

async function daneSocket(t: ExecutionContext, kind: Kind, { opportunistic = false, trust }: Row) {
  const security: CertificateSecurity = {
    dane: true,
    serverCertValidation: !opportunistic,
    ignoreSystemTrustStore: true,
    trustedCerts: trust === undefined ? undefined : credentials.buffer((await trust()).der),
  };
  return makeSocket(t, kind, { security, serverNameIndication: 'localhost' });
}
