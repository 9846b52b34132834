import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';

/** One device of a file, each field as it stands there; empty where there is none. */
export interface DeviceRow {
  readonly endpoint: string;
  readonly identity: string;
  /** Hexadecimal. */
  readonly key: string;
  /** Name of a file, from the folder of the devices' file. */
  readonly certFile: string;
  readonly keyFile: string;
}

const columns = ['endpoint', 'identity', 'key', 'certFile', 'keyFile'] as const satisfies readonly (keyof DeviceRow)[];

/**
 * The devices of a CSV file with a header line, or of a JSON array of objects. Throws `ERR_INVALID_OPTION` with file and
 * row, and what the system says of a file that cannot be read.
 */
export function readDevicesFile(file: string): DeviceRow[] {
  const text = read(file);
  const rows = /^\s*\[/.test(text) ? readJson(file, text) : readCsv(file, text);
  if (rows.length === 0) throw malformed(file, 'holds no device');
  return rows.map((row, index) => checkRow(file, row, index));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw systemError(`devicesFile ${file}`, error);
  }
}

function readJson(file: string, text: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch (error) {
    throw malformed(file, (error as Error).message);
  }
}

function readCsv(file: string, text: string): unknown[] {
  try {
    return parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true, delimiter: [',', ';', '\t'] });
  } catch (error) {
    throw malformed(file, (error as Error).message);
  }
}

function checkRow(file: string, row: unknown, index: number): DeviceRow {
  const where = `device ${index}`;
  if (typeof row !== 'object' || row === null) throw malformed(file, `${where} is no object`);
  const known: readonly string[] = columns;
  for (const [name, value] of Object.entries(row)) {
    if (!known.includes(name)) throw malformed(file, `unknown column '${name}': known are ${columns.join(', ')}`);
    if (typeof value !== 'string') throw malformed(file, `${where}: ${name} must be a string`);
  }
  const { endpoint = '', identity = '', key = '', certFile = '', keyFile = '' } = row as Partial<DeviceRow>;
  if ((identity === '') !== (key === '')) throw malformed(file, `${where}: identity and key belong together`);
  if ((certFile === '') !== (keyFile === '')) throw malformed(file, `${where}: certFile and keyFile belong together`);
  if ((identity === '') === (certFile === '')) {
    throw malformed(file, `${where} needs either identity and key, or certFile and keyFile`);
  }
  const folder = path.dirname(file);
  const fileOf = (name: string) => (name === '' ? '' : path.resolve(folder, name));
  return { endpoint, identity, key, certFile: fileOf(certFile), keyFile: fileOf(keyFile) };
}

function malformed(file: string, what: string): TlsError {
  return new TlsError('ERR_INVALID_OPTION', `devicesFile ${file}: ${what}`);
}
