/**
 * Supplies the static OpenSSL that the addon is built from. Sources, in this order:
 *   1. the folder that OPENSSL_ROOT_DIR names,
 *   2. the system's own, where pkg-config says that it is 1.1.1,
 *   3. on Debian-family machines: Debian 11's packages, unpacked into the git-ignored folder `.openssl`.
 * `--openssl=system` or LWM2M_TLS_OPENSSL=system takes the system's own whatever its version: the second leg.
 *
 * Nothing is installed and no system file is touched. Repeating it costs a few file checks.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { unpackDebianPackages } from './debian.mjs';
import { givenRoot, isComplete, systemOpenssl } from './installations.mjs';

/** @typedef {import('./installations.mjs').Installation} Installation */

export const projectFolder = path.resolve(import.meta.dirname, '../..');
export const opensslFolder = path.join(projectFolder, '.openssl');
const record = path.join(opensslFolder, 'paths.json');

/**
 * The OpenSSL to build with, supplied when it is not there yet. Throws an Error that names the ways out.
 * @returns {Installation}
 */
export function supplyOpenssl() {
  const request = requested();
  const known = recorded();
  if (known && known.request === request.key && isComplete(known.installation)) return known.installation;
  const installation = find(request);
  mkdirSync(opensslFolder, { recursive: true });
  writeFileSync(record, `${JSON.stringify({ request: request.key, installation }, null, 2)}\n`);
  return installation;
}

function requested() {
  const flavour = process.env.LWM2M_TLS_OPENSSL || process.env.npm_config_openssl || '1.1.1';
  if (!['1.1.1', 'system'].includes(flavour)) {
    throw new Error(`LWM2M_TLS_OPENSSL is '${flavour}': '1.1.1' and 'system' are known`);
  }
  const root = process.env.OPENSSL_ROOT_DIR ? path.resolve(process.env.OPENSSL_ROOT_DIR) : '';
  return { flavour, root, key: [flavour, process.platform, process.arch, root].join(' ').trim() };
}

function recorded() {
  try {
    return JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return undefined;
  }
}

function find({ flavour, root }) {
  if (flavour === 'system') return systemOpenssl({ shadow: path.join(opensslFolder, 'system') });
  if (root) return givenRoot(root);
  const refusals = [];
  for (const source of [
    () => systemOpenssl({ version: '1.1.1', shadow: path.join(opensslFolder, 'system') }),
    () => unpackDebianPackages(opensslFolder),
  ]) {
    try {
      return source();
    } catch (error) {
      refusals.push(error.message);
    }
  }
  throw new Error(`no static OpenSSL 1.1.1:\n${refusals.map((refusal) => `  - ${refusal}`).join('\n')}
There are three ways to supply it:
  1. set OPENSSL_ROOT_DIR to a folder with include/openssl, lib/libssl.a and lib/libcrypto.a of OpenSSL 1.1.1,
     compiled with -fPIC;
  2. use a system whose own OpenSSL is 1.1.1, with its development package and pkg-config;
  3. use a Debian-family machine whose apt sources name a Debian archive, with debian-archive-keyring installed.
LWM2M_TLS_OPENSSL=system builds with the system's OpenSSL 3 instead.`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    const { version, origin } = supplyOpenssl();
    process.stdout.write(`OpenSSL ${version}, ${origin}\n`);
  } catch (error) {
    process.stderr.write(`lwm2m-tls: ${error.message}\n`);
    process.exitCode = 1;
  }
}
