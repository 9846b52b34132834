import { readFileSync, statSync } from 'node:fs';
import { invalidSecret, secretsRecord } from '../../options/check.js';
import { ContractError } from '../errors/contract-error.js';

/** What a source came to: bytes that native code parses, and directories that it looks into. */
export interface LoadedCredentials {
  readonly elements: readonly Uint8Array[];
  readonly paths: readonly string[];
}

export interface LoadedKey {
  readonly key: Uint8Array;
  readonly passphrase: Uint8Array | null;
}

/** Sources in sources: deeper ones are a mistake, such as an array that holds itself. */
const DEEPEST = 32;

const known = ['source', 'filename', 'path', 'buffer', 'password', 'elements'];

/** Trust anchors: every kind of source. */
export function loadTrustAnchors(source: unknown, name: string): LoadedCredentials {
  return load(source, name, (path) => (isDirectory(path) ? [path] : []));
}

/** Revocation lists: no directories. */
export function loadRevocationLists(source: unknown, name: string): readonly Uint8Array[] {
  return load(source, name, () => {
    throw new ContractError('EINVAL', `${name}: a directory cannot be a source of revocation lists`);
  }).elements;
}

/** The own chain, leaf first: no directories. */
export function loadCertificates(source: unknown, name: string): readonly Uint8Array[] {
  return load(source, name, () => {
    throw new ContractError('ENOTSUP', `${name}: a directory cannot be the source of the own certificate`);
  }).elements;
}

/** Exactly one key, from a file or a buffer. */
export function loadPrivateKey(source: unknown, name: string): LoadedKey {
  const record = sourceRecord(source, name);
  const password = record['password'] === undefined ? undefined : textField(record, 'password', name);
  const withPassphrase = (key: Uint8Array) => ({
    key,
    passphrase: password === undefined ? null : Buffer.from(password),
  });
  switch (record['source']) {
    case 'file':
      return withPassphrase(readWhole(textField(record, 'filename', name), name));
    case 'buffer':
      return withPassphrase(bytesField(record, name));
    default:
      throw new ContractError('EINVAL', `${name}: a private key comes from a file or a buffer, nothing else`);
  }
}

/** A PSK identity or key: the bytes themselves. Undefined for `empty`. */
export function loadPskBytes(source: unknown, name: string): Uint8Array | undefined {
  const record = sourceRecord(source, name);
  if (record['source'] === 'empty') return undefined;
  if (record['source'] === 'buffer') return bytesField(record, name);
  throw new ContractError('EINVAL', `${name}: PSK credentials come from a buffer, nothing else`);
}

/** True for undefined, `empty`, and arrays without an element: the zero value of the C structure. */
export function isEmptySource(source: unknown): boolean {
  if (source === undefined) return true;
  const { source: kind, elements } = source as { source?: unknown; elements?: { length?: unknown } };
  return kind === 'empty' || (kind === 'array' && elements?.length === 0);
}

function load(source: unknown, name: string, openPath: (path: string) => string[]): LoadedCredentials {
  const elements: Uint8Array[] = [];
  const paths: string[] = [];
  collect(source, name, 0);
  return { elements, paths };

  function collect(value: unknown, where: string, depth: number): void {
    if (depth > DEEPEST) throw new ContractError('EINVAL', `${name}: sources are nested more than ${DEEPEST} deep`);
    const record = sourceRecord(value === undefined && depth === 0 ? { source: 'empty' } : value, where);
    switch (record['source']) {
      case 'empty':
        return;
      case 'file':
        elements.push(readWhole(textField(record, 'filename', where), where));
        return;
      case 'path':
        paths.push(...openPath(textField(record, 'path', where)));
        return;
      case 'buffer':
        elements.push(bytesField(record, where));
        return;
      case 'array':
      case 'list':
        collectAll(record['elements'], where, depth);
        return;
      default:
        throw invalidSecret(`${where}.source`, record['source'], "one of those that 'credentials' makes");
    }
  }

  function collectAll(value: unknown, where: string, depth: number): void {
    const isIterable = typeof value === 'object' && value !== null && Symbol.iterator in value;
    if (!isIterable) throw invalidSecret(`${where}.elements`, value, 'an iterable of sources');
    let index = 0;
    for (const element of value as Iterable<unknown>) {
      collect(element, `${where}[${index}]`, depth + 1);
      index += 1;
    }
  }
}

function sourceRecord(value: unknown, name: string): Record<string, unknown> {
  if (value instanceof Uint8Array) return { source: 'buffer', buffer: value };
  if (typeof value === 'object' && value !== null) return secretsRecord(value, name, known);
  throw invalidSecret(name, value, 'a Uint8Array, or what credentials.file(), credentials.buffer() and the like make');
}

function textField(record: Record<string, unknown>, field: string, name: string): string {
  const value = record[field];
  if (typeof value === 'string' && !value.includes('\0')) return value;
  throw invalidSecret(`${name}.${field}`, value, 'a string');
}

/** A copy. */
function bytesField({ buffer }: Record<string, unknown>, name: string): Uint8Array {
  if (buffer instanceof Uint8Array && buffer.length > 0) return Buffer.copyBytesFrom(buffer);
  throw invalidSecret(`${name}.buffer`, buffer, 'a Uint8Array of at least one byte');
}

function readWhole(filename: string, name: string): Uint8Array {
  try {
    return readFileSync(filename);
  } catch (error) {
    const { message } = error as Error;
    throw new ContractError('EIO', `${name}: the file cannot be read: ${message}`, { cause: error });
  }
}

/** Looking into a directory that is not there, or not for us, finds nothing, which is no error. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
