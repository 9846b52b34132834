import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { ClientError, TlsError, type TlsErrorCode } from 'lwm2m-tls';
import { projectFolder } from '../helpers/project-folder.js';

test('a code may be any text, and the known ones are offered', (t) => {
  const known: TlsErrorCode = 'ERR_BAD_FINISHED';
  const ofTheSystem: TlsErrorCode = 'ENETDOWN';
  t.is(new TlsError(known, '').code, known);
  t.is(new ClientError(ofTheSystem, '', { remoteAddress: '::1', remotePort: 1 }).code, ofTheSystem);
});

test('every code of the table in the documentation is in the type', async (t) => {
  const source = await readFile(path.join(projectFolder, 'lib/errors/tls-error.ts'), 'utf8');
  const rows = [...source.matchAll(/^ \* \| (`.*?) \|/gm)].map(([, codes = '']) => codes);
  const documented = rows.flatMap((codes) => [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const typed = [...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code]) => code);
  t.true(documented.length > 20);
  t.deepEqual([...typed].sort(), [...documented].sort());
});
