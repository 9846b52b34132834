/**
 * Removes everything that a build made: the addon, compiled TypeScript, the API reference, and the unpacked OpenSSL.
 * `node_modules` stays; it is npm's. Given names are removed instead: `node scripts/clean.mjs dist`.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const projectFolder = path.resolve(import.meta.dirname, '..');
const built = ['build', 'build-test', 'dist', 'packages/artillery-engine-lwm2m-tls/dist', 'docs/api', '.openssl'];

const named = process.argv.slice(2);
const unknown = named.filter((name) => !built.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`clean: ${unknown.join(', ')} is nothing that a build makes (${built.join(', ')} are)\n`);
  process.exitCode = 1;
} else {
  for (const name of named.length > 0 ? named : [...built, ...prebuilds()]) {
    rmSync(path.join(projectFolder, name), { recursive: true, force: true });
  }
}

function prebuilds() {
  return readdirSync(path.join(projectFolder, 'prebuilds'))
    .filter((name) => name !== 'README.md')
    .map((name) => path.join('prebuilds', name));
}
