/**
 * What `npm install` does for the addon. In a checkout it builds what changed. In an installed package it does nothing when
 * a prebuilt binary loads, and else builds from source. The compiled TypeScript comes with the package; in a checkout
 * npm runs the `prepare` script for it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildNative, runAsScript } from './build-native.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');

runAsScript(() => {
  const isCheckout = existsSync(path.join(projectFolder, 'lib'));
  if (isCheckout || !binaryLoads()) buildNative();
});

/** Tried in a process of its own: a binary for another C library can take the process down. */
function binaryLoads() {
  try {
    const load = `require('node-gyp-build')(${JSON.stringify(projectFolder)})`;
    execFileSync(process.execPath, ['--input-type=commonjs', '-e', load], { cwd: projectFolder, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
