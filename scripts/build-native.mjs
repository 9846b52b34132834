/** Builds the addon with node-gyp into build/Release. Only what changed is compiled again. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { supplyOpenssl } from './openssl/supply.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');

/** Throws when OpenSSL cannot be supplied or the compiler fails. Writes the compiler's messages through. */
export function buildNative() {
  const { version, origin } = supplyOpenssl();
  process.stdout.write(`lwm2m-tls: building with OpenSSL ${version}, ${origin}\n`);
  execFileSync(process.execPath, [nodeGyp(), 'configure', 'build', '--jobs', 'max', '--loglevel', 'warn'], {
    cwd: projectFolder,
    env: { ...process.env, MAKEFLAGS: '--no-print-directory' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Our own in a checkout, npm's where the package is a dependency. */
function nodeGyp() {
  try {
    return createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    if (process.env.npm_config_node_gyp) return process.env.npm_config_node_gyp;
    throw new Error('node-gyp is missing: run this through npm, or install node-gyp');
  }
}

if (process.argv[1] === import.meta.filename) runAsScript(buildNative);

/** Errors of the tools that are called speak for themselves; ours end as one line. */
export function runAsScript(body) {
  try {
    body();
  } catch (error) {
    if (error.status === undefined) process.stderr.write(`lwm2m-tls: ${error.message}\n`);
    process.exitCode = 1;
  }
}
