/** Certificates and keys in files, for programs that take nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { runTool, type Tool } from '../foreign/tools.js';
import { type CertifiedKey, pemOf } from './certified-key.js';

/** A folder that goes with the test. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'pki-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes one file into a folder of its own, which goes with the test. Returns its path. */
export function writeTemporary(t: ExecutionContext, name: string, content: string | Uint8Array): string {
  return writeInto(temporaryFolder(t), name, content);
}

/** Paths of PEM files. */
export interface CertificateFiles {
  /** The leaf alone. */
  certificate: string;
  /** Leaf first, without the root. */
  chain: string;
  /** The chain without the leaf; may be empty. */
  issuers: string;
  /** PKCS#8, not encrypted. */
  key: string;
}

export function writeCertificateFiles(t: ExecutionContext, certified: CertifiedKey): CertificateFiles {
  const folder = temporaryFolder(t);
  const write = (name: string, content: string): string => writeInto(folder, name, content);
  return {
    certificate: write('certificate.pem', certified.pem),
    chain: write('chain.pem', certified.chainPem),
    issuers: write('issuers.pem', pemOf(certified.chain.slice(1))),
    key: write('key.pem', certified.keyPem),
  };
}

/** One PEM file with these CA certificates. */
export function writeTrustFile(t: ExecutionContext, anchors: readonly CertifiedKey[]): string {
  return writeTemporary(t, 'ca.pem', pemOf(anchors));
}

/** PKCS#12 with the key and the chain, as `openssl pkcs12 -export` makes it. */
export function pkcs12(t: ExecutionContext, openssl: Tool, certified: CertifiedKey, passphrase: string): Buffer {
  const { chain, key } = writeCertificateFiles(t, certified);
  const parameters = ['pkcs12', '-export', '-in', chain, '-inkey', key, '-passout', `pass:${passphrase}`];
  return runTool(openssl, parameters);
}

/** A folder as `openssl rehash` makes it, for CApath. PEM texts of certificates and CRLs. Returns its path. */
export function writeHashedFolder(t: ExecutionContext, openssl: Tool, pems: readonly string[]): string {
  const folder = temporaryFolder(t);
  for (const [index, pem] of pems.entries()) writeInto(folder, `${index}.pem`, pem);
  runTool(openssl, ['rehash', folder]);
  return folder;
}

function writeInto(folder: string, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
