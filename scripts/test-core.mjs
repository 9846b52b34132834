/**
 * Builds native/core with its unit tests by cmake-js, under AddressSanitizer and UndefinedBehaviorSanitizer, and runs them. A
 * parameter selects tests by a part of their names. SANITIZE=OFF in the environment builds without sanitizers.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { runAsScript } from './build-native.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');
const leg = process.env.LWM2M_TLS_OPENSSL === 'system' ? '-system' : '';
const output = path.join(projectFolder, `build/core${leg}`);

runAsScript(() => {
  cmakeJs(
    'build',
    '--directory',
    projectFolder,
    '--out',
    output,
    '--parallel',
    '4',
    `--CDSANITIZE=${process.env.SANITIZE ?? 'ON'}`,
  );
  run(path.join(output, 'core_tests'), process.argv.slice(2));
});

function cmakeJs(...parameters) {
  run(process.execPath, [createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js'), ...parameters]);
}

function run(command, parameters) {
  execFileSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
}
