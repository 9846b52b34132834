import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UsageError } from './exit-codes.js';

/** A PSK identity with its key. */
export interface Credential {
  readonly identity: string;
  readonly key: Buffer;
}

/** The credential options as they stand on the command line. */
export interface CredentialOptions {
  pskIdentity?: string[];
  pskKey?: string[];
  pskText?: boolean;
  pskFile?: string;
}

/** The certificate options as they stand on the command line: names of files, PEM or DER. */
export interface CertificateFiles {
  cert?: string;
  key?: string;
  ca?: string;
}

/** What is in them, as the library's options. */
export interface Certificates {
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly ca: Buffer | undefined;
}

const KEY_BYTES = 16;

/** All credentials of the command line; empty when none is given. Throws a `UsageError` that says what to repair. */
export function readCredentials(options: CredentialOptions): Map<string, Buffer> {
  const identities = options.pskIdentity ?? [];
  const keys = options.pskKey ?? [];
  if (identities.length !== keys.length) {
    throw new UsageError(`${identities.length} --psk-identity but ${keys.length} --psk-key: each needs the other`);
  }
  const credentials = new Map<string, Buffer>();
  if (options.pskFile !== undefined) addFile(credentials, options.pskFile);
  for (const [index, identity] of identities.entries()) {
    add(credentials, identity, parseKey(keys[index] ?? '', options.pskText === true), '--psk-identity');
  }
  return credentials;
}

/** Reads the files. Throws a `UsageError` that names the option. */
export function readCertificates({ cert, key, ca }: CertificateFiles): Certificates {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key: each needs the other');
  const read = (option: string, file: string | undefined) => (file === undefined ? undefined : readFile(option, file));
  return { cert: read('--cert', cert), key: read('--key', key), ca: read('--ca', ca) };
}

/** The key of one `--psk-key`. Throws a `UsageError`. */
export function parseKey(key: string, isText: boolean): Buffer {
  if (key === '') throw new UsageError('the PSK key is empty');
  if (isText) return Buffer.from(key, 'utf8');
  if (!/^([0-9a-fA-F]{2})+$/.test(key)) {
    throw new UsageError('the PSK key is not hexadecimal with two digits for each byte; if it is text, add --psk-text');
  }
  return Buffer.from(key, 'hex');
}

/** `count` identities `<prefix>1`, `<prefix>2`, ... with random keys. */
export function randomCredentials(count: number, prefix: string): Credential[] {
  return Array.from({ length: count }, (_, index) => ({
    identity: `${prefix}${index + 1}`,
    key: randomBytes(KEY_BYTES),
  }));
}

function addFile(credentials: Map<string, Buffer>, file: string): void {
  const text = readFile('--psk-file', file).toString('utf8');
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const where = `${file}:${index + 1}`;
    // The key has no colon, an identity may: the last one separates.
    const colon = line.lastIndexOf(':');
    const key = line.slice(colon + 1).trim();
    if (colon <= 0 || !/^([0-9a-fA-F]{2})+$/.test(key))
      throw new UsageError(`${where}: not of the form identity:hexkey`);
    add(credentials, line.slice(0, colon), Buffer.from(key, 'hex'), where);
  }
}

function add(credentials: Map<string, Buffer>, identity: string, key: Buffer, where: string): void {
  if (identity === '') throw new UsageError(`${where}: the identity is empty`);
  if (credentials.has(identity)) throw new UsageError(`${where}: identity ${identity} is given twice`);
  credentials.set(identity, key);
}

function readFile(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${option} cannot be read: ${(error as Error).message}`);
  }
}
