/**
 * Prints the C++ sources of the addon, one a line and in a stable order: all of native/ but the unit tests and the
 * fuzz targets of core. With --headers it prints the headers and these as well: everything that has a format and layers to keep.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const projectFolder = path.resolve(import.meta.dirname, '..');

/** @returns {string[]} paths relative to the project, with forward slashes */
export function nativeSources() {
  return nativeFiles().filter((file) => file.endsWith('.cc') && !isTest(file));
}

/** Neither compiled into the addon nor shipped. @returns {boolean} */
export function isTest(file) {
  return /^native\/core\/(test|fuzz)\//.test(file);
}

/** @returns {string[]} */
export function nativeFiles() {
  return filesBelow('native').filter((file) => /\.(cc|h)$/.test(file));
}

/** Every file below a folder of the project. @returns {string[]} */
export function filesBelow(folder) {
  const top = path.join(projectFolder, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(projectFolder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv.includes('--headers') ? nativeFiles() : nativeSources();
  process.stdout.write(`${files.join('\n')}\n`);
}
