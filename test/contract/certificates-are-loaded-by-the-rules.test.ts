import test, { type ExecutionContext } from 'ava';
import {
  type CertificateSecurity,
  ContractError,
  type CredentialSource,
  createSslSocket,
  credentials,
} from 'lwm2m-tls';
import { parseConfiguration } from '#lib/contract/config/configuration.js';
import { Contexts } from '#lib/contract/core/contexts.js';
import { boundSocket, failureOf, makeSocket, receiveText } from '../helpers/contract-sockets.js';
import { openssl111, testWith } from '../helpers/foreign/tools.js';
import {
  type issue,
  pemOf,
  pkcs12,
  pki,
  traditionalDer,
  traditionalPem,
  writeHashedFolder,
  writeTemporary,
} from '../helpers/pki.js';

type MakeSource = (t: ExecutionContext) => Promise<CredentialSource>;

const trustSources: Record<string, MakeSource> = {
  'a PEM buffer': async () => credentials.buffer(Buffer.from((await pki.root()).pem)),
  'a DER buffer': async () => credentials.buffer((await pki.root()).der),
  'bytes alone': async () => (await pki.root()).der,
  'a PEM file': async (t) => credentials.file(writeTemporary(t, 'root.pem', (await pki.root()).pem)),
  'a DER file': async (t) => credentials.file(writeTemporary(t, 'root.der', (await pki.root()).der)),
  'a PEM file with several': async (t) => {
    const several = pemOf([await pki.strangeRoot(), await pki.root()]);
    return credentials.file(writeTemporary(t, 'roots.pem', several));
  },
  'an array, with one twice': async () => {
    const root = credentials.buffer((await pki.root()).der);
    return credentials.array([credentials.empty(), root, root]);
  },
  'a list of an array': async () => {
    const root = credentials.buffer((await pki.root()).der);
    return credentials.list(new Set([credentials.array([credentials.list([root])])]));
  },
};

for (const [name, makeSource] of Object.entries(trustSources)) {
  test(`trust anchors: ${name}`, async (t) => {
    await t.notThrowsAsync(connectTo(t, { trustedCerts: await makeSource(t) }));
  });
}

testWith(openssl111, 'trust anchors: a directory by hash', async (t, tool) => {
  const folder = writeHashedFolder(t, tool, [(await pki.root()).pem]);
  await t.notThrowsAsync(connectTo(t, { trustedCerts: credentials.path(folder) }));
});

test('trust anchors: an empty directory holds none', async (t) => {
  const folder = writeTemporary(t, 'file', 'x').replace(/file$/, '');
  const error = await failureOf(t, connectTo(t, { trustedCerts: credentials.path(folder) }));
  t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', avsCode: 134 });
});

test('trust anchors: an intermediate alone is none', async (t) => {
  const trustedCerts = credentials.buffer((await pki.intermediate()).der);
  const error = await failureOf(t, connectTo(t, { trustedCerts }));
  t.like(error, { category: 'AVS_NET_SSL_LIB_ERROR_CATEGORY', avsCategory: 8_573, avsCode: 134 });
});

const keySources: Record<string, MakeSource> = {
  'a PEM buffer': async () => credentials.buffer(Buffer.from((await pki.client()).keyPem)),
  'a DER buffer': async () => credentials.buffer((await pki.client()).keyDer),
  'a PEM file': async (t) => credentials.file(writeTemporary(t, 'key.pem', (await pki.client()).keyPem)),
  'a traditional PEM buffer': async () => credentials.buffer(Buffer.from(traditionalPem((await pki.client()).key))),
  'a traditional DER buffer': async () => credentials.buffer(traditionalDer((await pki.client()).key)),
  'an encrypted PEM buffer': async () => credentials.buffer(Buffer.from(await encryptedKey()), 'password'),
  'an encrypted PEM file': async (t) =>
    credentials.file(writeTemporary(t, 'key.pem', await encryptedKey()), 'password'),
};

for (const [name, makeSource] of Object.entries(keySources)) {
  test(`our private key: ${name}`, async (t) => {
    const clientCert = credentials.array((await pki.client()).chain.map(({ der }) => credentials.buffer(der)));
    await t.notThrowsAsync(connectTo(t, { clientCert, clientKey: await makeSource(t) }, await demanding()));
  });
}

const badOwn: Record<string, { make: () => Promise<CertificateSecurity>; code: string }> = {
  'a key of another certificate': { make: async () => ownOf((await pki.server()).keyDer), code: 'EPROTO' },
  'an encrypted key without a password': { make: async () => ownOf(Buffer.from(await encryptedKey())), code: 'EPROTO' },
  'an encrypted key with another password': {
    make: async () => ({
      clientCert: (await pki.client()).der,
      clientKey: credentials.buffer(Buffer.from(await encryptedKey()), 'wrong'),
    }),
    code: 'EPROTO',
  },
  'two keys in one PEM': {
    make: async () => ownOf(Buffer.from((await pki.client()).keyPem + (await pki.server()).keyPem)),
    code: 'EPROTO',
  },
  'a certificate with bytes behind it': {
    make: async () => ({ ...(await ownOf()), clientCert: Buffer.concat([(await pki.client()).der, Buffer.from('x')]) }),
    code: 'EIO',
  },
  'a trust anchor with bytes behind it': {
    make: async () => ({
      serverCertValidation: true,
      trustedCerts: Buffer.concat([(await pki.root()).der, Buffer.from('x')]),
    }),
    code: 'EIO',
  },
  'a broken PEM': {
    make: async () => ({
      serverCertValidation: true,
      trustedCerts: Buffer.from((await pki.root()).pem.replace('M', '*')),
    }),
    code: 'EPROTO',
  },
};

for (const [name, { make, code }] of Object.entries(badOwn)) {
  test(`refused: ${name}`, async (t) => {
    const security = await make();
    const error = t.throws(() => createSslSocket({ security }), { code });
    t.true(error instanceof ContractError);
  });
}

testWith(openssl111, 'refused: PKCS#12', async (t, tool) => {
  const bag = pkcs12(t, tool, await pki.client(), '');
  for (const security of [
    { serverCertValidation: true, trustedCerts: bag },
    { clientCert: bag, clientKey: (await pki.client()).keyDer },
    { clientCert: (await pki.client()).der, clientKey: bag },
  ]) {
    t.throws(() => createSslSocket({ security }), { name: 'ContractError' });
  }
});

test('what was given may be overwritten at once', async (t) => {
  const root = Buffer.from((await pki.root()).der);
  const elements = [credentials.buffer(root)];
  const security = {
    serverCertValidation: true,
    ignoreSystemTrustStore: true,
    trustedCerts: credentials.array(elements),
  };
  const listener = await serve(t);
  const client = makeSocket(t, 'TLS', { security, serverNameIndication: 'localhost' });
  root.fill(0);
  elements.length = 0;
  security.serverCertValidation = false;
  await t.notThrowsAsync(meetOnce(t, client, listener));
});

test('a chain is sent in the order that it was given in', async (t) => {
  const chain = (await pki.client()).chain.map(({ der }) => credentials.buffer(der));
  t.true(chain.length > 1);
  const own = { clientCert: credentials.array(chain), clientKey: (await pki.client()).keyDer };
  await t.notThrowsAsync(connectTo(t, own, await demanding()));
  const wrongOrder = { ...own, clientCert: credentials.array([...chain].reverse()) };
  t.throws(() => createSslSocket({ security: wrongOrder }), { code: 'EPROTO' }, 'the key is the leaf’s');
});

test('a chain can be rebuilt from the trust anchors', async (t) => {
  const { der, keyDer } = await pki.client();
  const own = { clientCert: der, clientKey: keyDer };
  const both = [await pki.intermediate(), await pki.root()].map((it) => credentials.buffer(it.der));
  const error = await failureOf(t, connectTo(t, own, await demanding()), 'the leaf alone is not enough');
  t.true(['ERR_ALERT_RECEIVED', 'ECONNRESET'].includes(error.code));
  const rebuilt = { ...own, trustedCerts: credentials.array(both), rebuildClientCertChain: true };
  await t.notThrowsAsync(connectTo(t, rebuilt, await demanding()));
});

test('a revoked certificate is refused where lists are given', async (t) => {
  const trustedCerts = (await pki.root()).der;
  const lists = credentials.array(
    [(await pki.crl()).der, (await pki.rootCrl()).der].map((it) => credentials.buffer(it)),
  );
  const revoked = await ownCertificate(await pki.revokedServer());
  await t.notThrowsAsync(connectTo(t, { trustedCerts }, revoked), 'without lists');
  const error = await failureOf(t, connectTo(t, { trustedCerts, certRevocationLists: lists }, revoked));
  t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'CERT_REVOKED', avsCode: 134 });
  await t.notThrowsAsync(connectTo(t, { trustedCerts, certRevocationLists: lists }), 'another certificate');
});

test('the system’s trust anchors count unless they are ignored', async (t) => {
  for (const ignoreSystemTrustStore of [true, false]) {
    const error = await failureOf(t, connectTo(t, { ignoreSystemTrustStore }));
    t.is(error.code, 'ERR_CERTIFICATE_VERIFY', 'our root is not among them');
  }
});

async function ownOf(key?: Uint8Array): Promise<CertificateSecurity> {
  const { der, keyDer } = await pki.client();
  return { clientCert: der, clientKey: key ?? keyDer };
}

async function encryptedKey(): Promise<string> {
  const { key } = await pki.client();
  return key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'password' }) as string;
}

async function ownCertificate(certified: Awaited<ReturnType<typeof issue>>): Promise<CertificateSecurity> {
  const clientCert = credentials.array(certified.chain.map(({ der }) => credentials.buffer(der)));
  return { clientCert, clientKey: certified.keyDer };
}

test('a key that belongs to no socket is wiped', async (t) => {
  const security = { clientCert: (await pki.client()).der, clientKey: Buffer.from((await pki.server()).keyPem) };
  const configuration = parseConfiguration({ security }, 'stream');
  const { privateKey } = configuration.security as { privateKey: Uint8Array };
  t.true(privateKey.some((byte) => byte !== 0));
  t.throws(() => new Contexts(configuration), { code: 'EPROTO', message: /does not belong to the certificate/ });
  t.true(privateKey.every((byte) => byte === 0));
});

/** A server that wants a certificate of its clients. */
async function demanding(): Promise<CertificateSecurity> {
  return {
    ...(await ownCertificate(await pki.server())),
    serverCertValidation: true,
    ignoreSystemTrustStore: true,
    trustedCerts: (await pki.root()).der,
  };
}

async function serve(t: ExecutionContext, security?: CertificateSecurity) {
  return boundSocket(t, 'TLS', { security: security ?? (await ownCertificate(await pki.server())) });
}

/** Connects with a certificate security that verifies, unless it is about our own certificate. */
async function connectTo(
  t: ExecutionContext,
  security: CertificateSecurity,
  server?: CertificateSecurity,
): Promise<void> {
  const listener = await serve(t, server);
  const verifies = security.clientCert === undefined;
  const client = makeSocket(t, 'TLS', {
    security: { serverCertValidation: verifies, ignoreSystemTrustStore: true, ...security },
    serverNameIndication: 'localhost',
  });
  await meetOnce(t, client, listener);
}

/** A refused client certificate shows in TLS 1.3 with the first data only. */
async function meetOnce(t: ExecutionContext, client: ReturnType<typeof makeSocket>, listener: typeof client) {
  const server = makeSocket(t, 'TLS');
  const accepted = listener.accept(server).then(
    () => server.send('welcome'),
    () => {},
  );
  await client.connect('127.0.0.1', listener.getLocalPort());
  t.is(await receiveText(client), 'welcome');
  await accepted;
}
