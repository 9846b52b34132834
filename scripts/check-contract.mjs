/**
 * Compares docs/contract.md with the tests. Its tables whose first column is `id` and whose last is `test` list
 * requirements; the last cell names what proves one: `path/of/a.test.ts`, or `path/of/a.test.ts`: title of a test in it,
 * several of them with <br> between. Prints
 *   - each requirement without a test, with a test file that is not there, or with a title that is not in the file,
 *   - each id that is used twice,
 *   - each test file below test/contract that no requirement names.
 * The exit code is 1 when there is one. Another folder than this project can be given as an argument.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
const document = 'docs/contract.md';
const testFolder = 'test/contract';

const requirements = tables(read(document)).flatMap(requirementsOf);
const problems = [...requirements.flatMap(problemsOf), ...repeatedIds(), ...unnamedTests()];
process.stdout.write(
  problems.length > 0 ? `${problems.join('\n')}\n` : `contract: ${requirements.length} requirements, all with a test\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Runs of lines that begin with a bar, each as rows of cells. */
function tables(text) {
  const blocks = text.split(/^(?!\|).*$/m).filter((block) => block.trim() !== '');
  return blocks.map((block) => block.trim().split('\n').map(cells));
}

function cells(line) {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function requirementsOf([header = [], , ...rows]) {
  if (header[0] !== 'id' || header.at(-1) !== 'test') return [];
  return rows.map((row) => ({ id: row[0], isWhole: row.length === header.length, proofs: proofs(row.at(-1)) }));
}

function proofs(cell) {
  return cell
    .split('<br>')
    .map((proof) => /^`([^`]+)`(?:: (.+))?$/.exec(proof.trim()))
    .map((match) => (match === null ? undefined : { file: match[1], title: match[2] }));
}

function problemsOf({ id, isWhole, proofs }) {
  if (!isWhole) return [`${id}: the row has not as many cells as the header`];
  return proofs
    .map(problemOf)
    .filter(Boolean)
    .map((problem) => `${id}: ${problem}`);
}

function problemOf(proof) {
  if (proof === undefined) return 'no test, or one that is not written as `path` or `path`: title';
  const { file, title } = proof;
  if (!existsSync(path.join(folder, file))) return `there is no ${file}`;
  return title === undefined || read(file).includes(title) ? undefined : `${file} has no test '${title}'`;
}

function repeatedIds() {
  const ids = requirements.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `${id}: used more than once`);
}

function unnamedTests() {
  const named = new Set(requirements.flatMap(({ proofs }) => proofs.map((proof) => proof?.file)));
  return testFiles()
    .filter((file) => !named.has(file))
    .map((file) => `${file}: no requirement of ${document} names it`);
}

function testFiles() {
  const top = path.join(folder, testFolder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true })
    .map((file) => `${testFolder}/${file.split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

function read(file) {
  return readFileSync(path.join(folder, file), 'utf8');
}
