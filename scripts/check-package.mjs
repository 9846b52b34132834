/**
 * Looks at what npm would publish:
 *   - everything that running it and building it from source takes is there, and nothing else,
 *   - every relative link of its Markdown files leads to a file of the package,
 *   - the third-party notices contain the licence of the OpenSSL that was unpacked for the build.
 * Prints what is wrong; the exit code is 1 when anything is.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isTest, nativeFiles } from './list-sources.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');
const needed = [
  'LICENSE',
  'THIRD_PARTY_NOTICES.md',
  'assets/report/charts.mjs',
  'assets/report/report.css',
  'binding.gyp',
  'dist/cli/main.js',
  'dist/dgram/index.d.ts',
  'dist/dgram/index.js',
  'dist/index.d.ts',
  'dist/index.js',
  'dist/lwm2m/index.d.ts',
  'dist/lwm2m/index.js',
  'dist/bench/index.d.ts',
  'dist/bench/index.js',
  'dist/bench/target-main.js',
  'dist/swarm/index.d.ts',
  'dist/swarm/index.js',
  'dist/metrics/index.d.ts',
  'dist/metrics/index.js',
  'dist/redis/index.d.ts',
  'dist/redis/index.js',
  'native/exports.map',
  'native/exports.macos.txt',
  'scripts/install.mjs',
  'scripts/openssl/locate.mjs',
  ...nativeFiles().filter((file) => !isTest(file)),
];
const unwanted =
  /^(test|lib|bench|build|build-test|node_modules|docs\/api|native\/core\/(test|fuzz)|\.)\b|\.(tgz|log|pcap)$/;

const files = packedFiles();
const problems = [
  ...needed.filter((file) => !files.has(file)).map((file) => `${file} is missing`),
  ...[...files].filter((file) => unwanted.test(file)).map((file) => `${file} does not belong there`),
  ...[...files].filter((file) => file.endsWith('.md')).flatMap(brokenLinks),
  ...missingLicences(),
];
process.stdout.write(
  problems.length > 0 ? `${problems.join('\n')}\n` : `package: ${files.size} files, all as it should be\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

function packedFiles() {
  const answer = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: projectFolder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  return new Set(JSON.parse(answer)[0].files.map((file) => file.path));
}

function brokenLinks(file) {
  const targets = Array.from(read(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g), ([, target]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(file), target).replace(/\/$/, ''))
    .filter((target) => !files.has(target) && ![...files].some((other) => other.startsWith(`${target}/`)))
    .map((target) => `${file} links to ${target}, which is not in the package`);
}

function missingLicences() {
  const folder = path.join(projectFolder, '.openssl');
  const notices = plain(read('THIRD_PARTY_NOTICES.md'));
  return (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => path.join('.openssl', name, 'usr/share/doc/libssl-dev/copyright'))
    .filter((file) => existsSync(path.join(projectFolder, file)) && !notices.includes(plain(read(file))))
    .map((file) => `THIRD_PARTY_NOTICES.md does not contain ${file}`);
}

function plain(text) {
  return text.replace(/\s+/g, ' ').trim();
}

function read(file) {
  return readFileSync(path.join(projectFolder, file), 'utf8');
}
