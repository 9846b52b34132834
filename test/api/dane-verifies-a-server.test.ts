import test, { type ExecutionContext } from 'ava';
import type { ConnectOptions } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { type CertifiedKey, Matching, pki, Selector, tlsa, Usage } from '../helpers/pki.js';

/** Nothing but the records: no authority is trusted. */
async function dialByRecords(t: ExecutionContext, port: number, options: Partial<ConnectOptions>) {
  return dialCertified(t, port, { ca: undefined, systemTrust: false, checkName: 'localhost', ...options });
}

for (const [what, record] of [
  ['3 0 0, its certificate', async () => tlsa(await pki.server(), Usage.daneEe)],
  [
    '3 1 1, the digest of its key',
    async () => tlsa(await pki.server(), Usage.daneEe, Selector.publicKey, Matching.sha256),
  ],
  ['3 0 2', async () => tlsa(await pki.server(), Usage.daneEe, Selector.certificate, Matching.sha512)],
  ['2 0 0, its authority', async () => tlsa(await pki.intermediate(), Usage.daneTa)],
] as const) {
  test(`${what} is enough`, async (t) => {
    const { port } = await startCertifiedServer(t);
    const client = await dialByRecords(t, port, { dane: { records: [await record()] } });
    t.like(client, { authorized: true, authorizationError: undefined });
  });
}

test('one of several records must match', async (t) => {
  const { port } = await startCertifiedServer(t);
  const [stranger, ours] = [tlsa(await pki.strangeServer(), Usage.daneEe), tlsa(await pki.server(), Usage.daneEe)];
  t.true((await dialByRecords(t, port, { dane: { records: [stranger, ours] } })).authorized);
  const attempt = dialByRecords(t, port, { dane: { records: [stranger] } });
  await t.throwsAsync(attempt, { code: 'ERR_CERTIFICATE_VERIFY', message: /DANE_NO_MATCH/ });
});

test('a trusted authority does not make up for a record that does not match', async (t) => {
  const { port } = await startCertifiedServer(t);
  const dane = { records: [tlsa(await pki.strangeServer(), Usage.daneEe)] };
  const error = await t.throwsAsync(dialCertified(t, port, { dane }), { code: 'ERR_CERTIFICATE_VERIFY' });
  t.like(error, { verifyError: 'DANE_NO_MATCH', verifyCode: 65 });
});

test('the usages 0 and 1 want a trusted chain besides', async (t) => {
  const { port } = await startCertifiedServer(t);
  const records = [tlsa(await pki.server(), Usage.pkixEe)];
  t.true((await dialCertified(t, port, { dane: { records } })).authorized);
  await t.throwsAsync(dialByRecords(t, port, { dane: { records } }), { code: 'ERR_CERTIFICATE_VERIFY' });
});

test('without records the certificate is verified as ever', async (t) => {
  const { port } = await startCertifiedServer(t);
  t.true((await dialCertified(t, port, { dane: { records: [] } })).authorized);
  await t.throwsAsync(dialByRecords(t, port, { dane: { records: [] } }), { code: 'ERR_CERTIFICATE_VERIFY' });
});

test('records of which none can be used fail before anything is sent', async (t) => {
  const { server, port } = await startCertifiedServer(t);
  const unusable = [
    { usage: 7, selector: 0, matchingType: 0, data: Buffer.from('x') },
    { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(31) },
    { usage: 3, selector: 0, matchingType: 0, data: Buffer.from('no certificate') },
  ];
  for (const record of unusable) {
    const attempt = dialCertified(t, port, { dane: { records: [record] } });
    await t.throwsAsync(attempt, { code: 'ERR_DANE_UNUSABLE', message: /dane\.records/ });
  }
  t.is(server.counters().datagramsReceived, 0);
  const good = tlsa(await pki.server(), Usage.daneEe);
  t.true((await dialByRecords(t, port, { dane: { records: [...unusable, good] } })).authorized);
});

async function opportunistic(t: ExecutionContext, port: number, certified: CertifiedKey, usage: number) {
  const dane = { records: [tlsa(certified, usage)] };
  return dialByRecords(t, port, { dane, rejectUnauthorized: false });
}

test('opportunistic: records of usage 3 are enforced, those of usage 1 are not', async (t) => {
  const { port } = await startCertifiedServer(t);
  const [ours, stranger] = [await pki.server(), await pki.strangeServer()];
  t.true((await opportunistic(t, port, ours, Usage.daneEe)).authorized);
  await t.throwsAsync(opportunistic(t, port, stranger, Usage.daneEe), { code: 'ERR_CERTIFICATE_VERIFY' });
  t.false((await opportunistic(t, port, stranger, Usage.pkixEe)).authorized);
});

test('the name counts with records, too', async (t) => {
  const misnamed = await pki.misnamedServer();
  const { port } = await startCertifiedServer(t, identityOf(misnamed));
  const dane = { records: [tlsa(misnamed, Usage.daneEe)] };
  const attempt = dialByRecords(t, port, { dane });
  await t.throwsAsync(attempt, { code: 'ERR_CERTIFICATE_VERIFY', message: /HOSTNAME_MISMATCH/ });
  t.true((await dialByRecords(t, port, { dane, checkName: 'wrong.example' })).authorized);
});
