/** Recognises a usable OpenSSL: headers of a known version, with static archives beside them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * @typedef {object} Installation
 * @property {string} version     such as '1.1.1w', read from the headers
 * @property {string} origin      for people: where it comes from
 * @property {boolean} bundled    it is 1.1.1; false for the system's 3.x
 * @property {string[]} include   folders for the front of the include path
 * @property {string} lib         folder of the archives
 * @property {string[]} archives  libssl, then libcrypto: the order that a linker needs
 * @property {{command: string, libraryPath: string} | null} tool  its command-line program; `libraryPath` is what
 *                                LD_LIBRARY_PATH must be for it, '' when nothing is needed
 */

const archiveNames = process.platform === 'win32' ? ['libssl.lib', 'libcrypto.lib'] : ['libssl.a', 'libcrypto.a'];

/** @returns {Installation} Throws when `root` is no static OpenSSL 1.1.1. */
export function givenRoot(root) {
  const installation = describe(root, 'OPENSSL_ROOT_DIR');
  if (!installation.bundled) throw new Error(`OPENSSL_ROOT_DIR holds OpenSSL ${installation.version}, not 1.1.1`);
  return installation;
}

/** The OpenSSL below `root`, laid out as `make install` or as a Debian package does. @returns {Installation} */
export function describe(root, origin) {
  const roots = [root, path.join(root, 'usr')];
  const include = withArchitecture(roots.map((folder) => path.join(folder, 'include'))).filter((folder) =>
    existsSync(path.join(folder, 'openssl')),
  );
  const lib = withArchitecture(roots.flatMap((folder) => [path.join(folder, 'lib'), path.join(folder, 'lib64')])).find(
    (folder) => archiveNames.every((name) => existsSync(path.join(folder, name))),
  );
  return assemble({ origin, include, lib, where: root, tool: toolBelow(roots, lib) });
}

/**
 * The installed OpenSSL that pkg-config describes, provided that its version begins with `version`. Its headers are
 * reached through links in the folder `shadow`, because compilers move system folders behind all others, and so behind
 * Node's copy of other headers with the same names.
 * @returns {Installation}
 */
export function systemOpenssl({ version = '', shadow }) {
  const found = pkgConfig('--modversion');
  if (!found.startsWith(version)) throw new Error(`the system's own OpenSSL is ${found}`);
  const include = withArchitecture([pkgConfig('--variable=includedir')])
    .filter((folder) => existsSync(path.join(folder, 'openssl')))
    .map((folder, index) => linkTo(path.join(folder, 'openssl'), path.join(shadow, `include-${index}`)));
  const tool = { command: 'openssl', libraryPath: '' };
  return assemble({
    origin: "the system's own",
    include,
    lib: pkgConfig('--variable=libdir'),
    where: 'the system',
    tool,
  });
}

/** Whether everything that was found once is still there. */
export function isComplete({ include, archives }) {
  return [...include.map((folder) => path.join(folder, 'openssl')), ...archives].every((file) => existsSync(file));
}

function assemble({ origin, include, lib, where, tool }) {
  const version = headerVersion(include);
  if (!version) throw new Error(`${where} has no openssl/opensslv.h`);
  const archives = archiveNames.map((name) => path.join(lib ?? '', name));
  if (!lib || !archives.every((file) => existsSync(file)))
    throw new Error(`${where} has no ${archiveNames.join(' and ')}`);
  return { version, origin, bundled: version.startsWith('1.1.1'), include, lib, archives, tool };
}

function headerVersion(include) {
  const header = include.map((folder) => path.join(folder, 'openssl/opensslv.h')).find((file) => existsSync(file));
  return header && /OPENSSL_VERSION_TEXT\s+"OpenSSL (\S+)/.exec(expandVersion(readFileSync(header, 'utf8')))?.[1];
}

/** Since 3.0 the text is put together by the preprocessor; a plain definition serves both. */
function expandVersion(header) {
  const full = /OPENSSL_FULL_VERSION_STR\s+"([^"]+)"/.exec(header)?.[1];
  return full ? `OPENSSL_VERSION_TEXT "OpenSSL ${full} "` : header;
}

function toolBelow(roots, lib) {
  const command = roots.map((folder) => path.join(folder, 'bin/openssl')).find((file) => existsSync(file));
  return command && lib ? { command, libraryPath: lib } : null;
}

/** Each folder, followed by its subfolders for one architecture (Debian's multiarch layout). */
function withArchitecture(folders) {
  const multiarch = new RegExp(`^${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch}-linux-`);
  return folders.flatMap((folder) => [
    folder,
    ...(existsSync(folder) ? readdirSync(folder).filter((name) => multiarch.test(name)) : []).map((name) =>
      path.join(folder, name),
    ),
  ]);
}

function linkTo(target, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(target, path.join(folder, 'openssl'));
  return folder;
}

function pkgConfig(question) {
  try {
    return execFileSync('pkg-config', [question, 'libssl'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    throw new Error('pkg-config knows no OpenSSL of the system (its development package may be missing)');
  }
}
