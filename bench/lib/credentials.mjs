// Certificates for the benchmark: root -> intermediate -> server and client, all on P-256, made anew for each run.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as x509 from '@peculiar/x509';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto);

/** A certificate and its key; without an `issuer` it signs itself. */
async function issue(name, { issuer, usage } = {}) {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const signer = issuer?.keys ?? keys;
  const flags = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: SIGNATURE,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(usage === undefined, undefined, true),
      new x509.KeyUsagesExtension(usage === undefined ? flags.keyCertSign : flags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ...(usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage]])]),
    ],
  });
  return { name, keys, pem: `${certificate.toString('pem')}\n` };
}

async function keyPem({ privateKey }) {
  const der = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

/** Writes what a server and a client need into `folder`; both sides' arguments `cert`, `key` and `ca`. */
export async function writeCredentials(folder) {
  const root = await issue('bench root');
  const intermediate = await issue('bench intermediate', { issuer: root });
  mkdirSync(folder, { recursive: true });
  const ca = join(folder, 'root.pem');
  writeFileSync(ca, root.pem);
  const write = async (name, usage) => {
    const leaf = await issue(`bench ${name}`, { issuer: intermediate, usage });
    const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`), ca };
    writeFileSync(files.cert, leaf.pem + intermediate.pem);
    writeFileSync(files.key, await keyPem(leaf.keys), { mode: 0o600 });
    return files;
  };
  return { server: await write('server', 'serverAuth'), client: await write('client', 'clientAuth') };
}
