/**
 * A certification authority for tests: root -> intermediate -> leaves, each made when a test file asks for it first.
 * `issue()` makes others.
 */
import { type CertifiedKey, type IssueOptions, issue } from './pki/certified-key.js';
import { issueCrl } from './pki/crl.js';

export { CertifiedKey, type IssueOptions, issue, pemOf } from './pki/certified-key.js';
export { type Crl, type CrlOptions, issueCrl } from './pki/crl.js';
export * from './pki/files.js';
export { pkcs8Der, pkcs8Pem, traditionalDer, traditionalPem } from './pki/private-key.js';
export * from './pki/tlsa.js';

/** What the servers are called. */
export const serverName = 'localhost';
const local = { dns: [serverName], ip: ['127.0.0.1', '::1'] };

type Made<T> = () => Promise<T>;

const root = certified({ name: 'test root', ca: true });
const intermediate = certified({ name: 'test intermediate', ca: true }, root);
const strangeRoot = certified({ name: 'strange root', ca: true });
const revokedServer = certified({ name: 'revoked server', ...local }, intermediate);
const revokedClient = certified({ name: 'revoked client' }, intermediate);

export const pki = {
  root,
  intermediate,
  /** A root that nobody has to do with. */
  strangeRoot,

  /** For localhost, 127.0.0.1 and ::1. */
  server: certified({ name: 'server', ...local, usages: ['serverAuth'] }, intermediate),
  client: certified({ name: 'client', usages: ['clientAuth'] }, intermediate),
  rsaServer: certified({ name: 'rsa server', ...local, usages: ['serverAuth'], key: 'rsa2048' }, intermediate),
  rsaClient: certified({ name: 'rsa client', usages: ['clientAuth'], key: 'rsa2048' }, intermediate),
  selfSignedServer: certified({ name: 'self-signed server', ...local }),
  selfSignedClient: certified({ name: 'self-signed client' }),
  /** Signed by the root itself: nothing to send but the leaf. */
  directServer: certified({ name: 'direct server', ...local }, root),

  expiredServer: certified({ name: 'expired server', ...local, validFrom: -10, validTo: -1 }, intermediate),
  expiredClient: certified({ name: 'expired client', validFrom: -10, validTo: -1 }, intermediate),
  futureServer: certified({ name: 'future server', ...local, validFrom: 1 }, intermediate),
  /** For wrong.example alone. */
  misnamedServer: certified({ name: 'misnamed server', dns: ['wrong.example'] }, intermediate),
  strangeServer: certified({ name: 'strange server', ...local }, strangeRoot),
  strangeClient: certified({ name: 'strange client' }, strangeRoot),
  /** May only be a client. */
  clientOnlyServer: certified({ name: 'client only', ...local, usages: ['clientAuth'] }, intermediate),
  /** On `crl`. */
  revokedServer,
  revokedClient,

  /** The intermediate's list: `revokedServer` and `revokedClient`. */
  crl: once(async () => issueCrl(await intermediate(), { revoked: [await revokedServer(), await revokedClient()] })),
  /** The root's list: empty. */
  rootCrl: once(async () => issueCrl(await root())),
};

function certified(options: IssueOptions, issuer?: Made<CertifiedKey>): Made<CertifiedKey> {
  return once(async () => issue({ ...options, issuer: await issuer?.() }));
}

function once<T>(make: Made<T>): Made<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
