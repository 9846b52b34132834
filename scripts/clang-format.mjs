/** Formats everything in native/ in place, or with --check reports what is not formatted. Says so where clang-format is missing. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { nativeFiles } from './list-sources.mjs';

const mode = process.argv.includes('--check') ? ['--dry-run', '-Werror'] : ['-i'];
const { status, error } = spawnSync('clang-format', [...mode, ...nativeFiles()], {
  cwd: path.resolve(import.meta.dirname, '..'),
  stdio: ['ignore', 'inherit', 'inherit'],
});

if (error?.code === 'ENOENT') process.stderr.write('clang-format is missing: C++ was not looked at\n');
process.exitCode = status ?? (process.env.CI ? 1 : 0);
