import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { TlsError } from '../index.js';
import { parseScenario, type Scenario } from './scenario.js';

const LARGEST_FILE = 16_777_216;

/**
 * Reads a scenario from a JSON or YAML file, see {@link parseScenario}. Rejects with `ERR_INVALID_OPTION` for what cannot be
 * read or parsed, too; messages begin with the file and the line.
 */
export async function readScenarioFile(path: string): Promise<Scenario> {
  return parseScenarioText(await readText(path), path);
}

/** JSON is YAML. `where` is for messages. */
export function parseScenarioText(text: string, where: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new TlsError('ERR_INVALID_OPTION', `${where}:${line}:${col}: ${syntax.message}`, { cause: syntax });
  }
  try {
    return parseScenario(document.toJS({ maxAliasCount: 100 }));
  } catch (cause) {
    const { code = 'ERR_INVALID_OPTION', message } = cause as TlsError;
    throw new TlsError(code, `${where}: ${message}`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    const content = await readFile(path);
    if (content.length > LARGEST_FILE) throw new Error(`it has ${content.length} bytes, more than ${LARGEST_FILE}`);
    return content.toString('utf8');
  } catch (cause) {
    throw new TlsError('ERR_INVALID_OPTION', `${path}: it cannot be read as a scenario: ${(cause as Error).message}`, {
      cause,
    });
  }
}
