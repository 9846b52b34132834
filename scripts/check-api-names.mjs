/**
 * Looks for members of the contract in the API reference (`npm run docs`) whose comment does not say what the C interface
 * calls them: everything exported by lib/contract, and of that each method of the socket and each member of a constant. The
 * fields of an interface go by its name. Prints them; the exit code is 1 when there is one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const reference = path.resolve(import.meta.dirname, '../docs/api/reference.json');
const original = /\b_?avs_|\bAVS_/;

/** Ours, without a counterpart in the C interface. */
const additions = new Set([
  'DatagramBackendOptions',
  'MessageEmitter',
  'NetSocket.[asyncDispose]',
  'NetSocket.[custom]',
  'NetSocket.receiveMessage',
  'StreamBackendOptions',
  'datagramBackend',
  'streamBackend',
]);

/** TypeDoc's numbers. */
const Kind = { module: 2, variable: 32, method: 2048 };

const project = JSON.parse(readFileSync(reference, 'utf8'));
const exported = all(project).filter(isOfContract);
const members = exported.flatMap((it) => [
  it,
  ...parts(it).map((part) => ({ ...part, name: `${it.name}.${part.name}` })),
]);
const names = new Set(members.map(({ name }) => name));
const problems = [
  ...members
    .filter((member) => !original.test(comments(member)) && !additions.has(member.name))
    .map(({ name }) => `${name}: its comment does not name what it is in the C interface`),
  ...[...additions].filter((name) => !names.has(name)).map((name) => `${name}: there is no such member any more`),
];
process.stdout.write(problems.length > 0 ? `${problems.join('\n')}\n` : `names: ${members.length} members say them\n`);
process.exitCode = problems.length > 0 || members.length === 0 ? 1 : 0;

/** What the modules of a reflection export. */
function all({ children = [] }) {
  const modules = children.filter((child) => child.variant === 'declaration' && child.kind === Kind.module);
  return modules.length > 0 ? modules.flatMap(all) : children;
}

function isOfContract({ id, variant }) {
  return variant === 'declaration' && project.symbolIdMap[id]?.packagePath.startsWith('lib/contract/');
}

/** Methods of the socket, members of a constant. */
function parts({ name, kind, children = [], type }) {
  if (name === 'NetSocket') return children.filter((child) => child.kind === Kind.method);
  if (kind !== Kind.variable) return [];
  const literal = type?.typeArguments?.[0] ?? type; // Readonly<...> of Object.freeze()
  return literal?.declaration?.children ?? [];
}

function comments({ comment, signatures = [], getSignature, type }) {
  const own = [comment, getSignature?.comment, ...signatures.map((signature) => signature.comment)];
  const ofType = type?.declaration?.signatures ?? [];
  return [...own, ...ofType.map((signature) => signature.comment)].filter(Boolean).map(textOf).join('\n');
}

function textOf({ summary = [], blockTags = [] }) {
  return [...summary, ...blockTags.flatMap(({ content }) => content)].map(({ text }) => text).join('');
}
