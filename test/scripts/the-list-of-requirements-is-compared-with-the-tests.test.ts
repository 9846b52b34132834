import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Program } from '../helpers/program.js';
import { projectFolder } from '../helpers/project-folder.js';

const header = '| id | requirement | test |\n|---|---|---|';
const good = '| A1 | it is so | `test/contract/a.test.ts`: it is so |';

test('a list in which every requirement has its test passes', async (t) => {
  const { code, lines } = await check(t, [good]);
  t.is(code, 0, lines.join('\n'));
  t.deepEqual(lines, ['contract: 1 requirements, all with a test']);
});

test('a table without ids is not looked at', async (t) => {
  const { code } = await check(t, [good, '', '| alert | meaning |', '|---|---|', '| 40 | handshake failure |']);
  t.is(code, 0);
});

const broken: readonly (readonly [row: string, problem: RegExp])[] = [
  ['| A2 | without a test | |', /^A2: no test/],
  ['| A2 | a promise | later |', /^A2: no test/],
  ['| A2 | a file that is gone | `test/contract/gone.test.ts` |', /^A2: there is no test\/contract\/gone\.test\.ts$/],
  [
    '| A2 | another title | `test/contract/a.test.ts`: other |',
    /^A2: test\/contract\/a\.test\.ts has no test 'other'$/,
  ],
  ['| A2 | one of two | `test/contract/a.test.ts`<br>`test/b.test.ts` |', /^A2: there is no test\/b\.test\.ts$/],
  ['| A2 | `test/contract/a.test.ts` |', /^A2: the row has not as many cells/],
  ['| A1 | it is so | `test/contract/a.test.ts` |', /^A1: used more than once$/],
];
for (const [row, problem] of broken) {
  test(`the row ${row} is reported`, async (t) => {
    const { code, lines } = await check(t, [good, row]);
    t.is(code, 1);
    t.is(lines.length, 1, lines.join('\n'));
    t.regex(lines[0] ?? '', problem);
  });
}

test('a test that no requirement names is reported', async (t) => {
  const { code, lines } = await check(t, [good], ['test/contract/deep/b.test.ts']);
  t.is(code, 1);
  t.deepEqual(lines, ['test/contract/deep/b.test.ts: no requirement of docs/contract.md names it']);
});

/** The check in a project that has one good test and these rows. */
async function check(
  t: ExecutionContext,
  rows: readonly string[],
  moreTests: readonly string[] = [],
): Promise<{ code: unknown; lines: string[] }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'contract-check-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const put = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  await put('docs/contract.md', [header, ...rows, ''].join('\n'));
  for (const file of ['test/contract/a.test.ts', ...moreTests]) await put(file, "test('it is so', () => {});\n");
  const script = path.join(projectFolder, 'scripts/check-contract.mjs');
  const program = new Program(process.execPath, [script, folder]);
  return { code: await program.exited, lines: program.stdout.trim().split('\n') };
}
