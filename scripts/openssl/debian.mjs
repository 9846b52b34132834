/**
 * OpenSSL 1.1.1 from the packages of Debian 11 and its security suite. They are fetched by apt with a state folder of its
 * own, through the mirror that the machine's own apt sources name. Signatures are checked against Debian's archive keyring
 * and nothing else.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { debianSites } from './debian-sites.mjs';
import { describe } from './installations.mjs';

const suite = 'bullseye';
const packages = ['libssl-dev', 'libssl1.1', 'openssl'];
const keyrings = ['gpg', 'pgp'].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`);

/**
 * Unpacks the packages below `folder`, once. The result appears in one step: an interrupted run leaves nothing behind that
 * a later run takes for complete.
 * @returns {import('./installations.mjs').Installation}
 */
export function unpackDebianPackages(folder) {
  if (process.platform !== 'linux') throw new Error(`Debian's packages do not run on ${process.platform}`);
  const architecture = ask('dpkg', ['--print-architecture']);
  const root = path.join(folder, `debian-${architecture}`);
  if (!existsSync(root)) {
    mkdirSync(folder, { recursive: true });
    const scratch = mkdtempSync(path.join(folder, 'unfinished-'));
    try {
      download(scratch, architecture);
      const unpacked = unpack(scratch);
      if (!existsSync(root)) renameSync(unpacked, root);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  const installation = describe(root, `from Debian 11's packages for ${architecture}`);
  if (!installation.bundled) throw new Error(`Debian's package holds OpenSSL ${installation.version}`);
  return installation;
}

function download(scratch, architecture) {
  const keyring = keyrings.find((file) => existsSync(file));
  if (!keyring) throw new Error('debian-archive-keyring is not installed');
  const { archive, security } = debianSites();
  process.stderr.write(`lwm2m-tls: fetching OpenSSL 1.1.1 (${packages.join(', ')} of Debian 11) with apt\n`);
  if (!security) process.stderr.write("lwm2m-tls: no security site in apt's sources, so without its latest patches\n");

  const line = (site, release) => `deb [arch=${architecture} signed-by=${keyring}] ${site} ${release} main\n`;
  const lists = line(archive, suite) + (security ? line(security, `${suite}-security`) : '');
  writeFileSync(path.join(scratch, 'sources.list'), lists);
  writeFileSync(path.join(scratch, 'status'), '');
  writeFileSync(path.join(scratch, 'apt.conf'), aptConfiguration(scratch));
  for (const directory of ['state/lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(path.join(scratch, directory), { recursive: true });
  }
  apt(scratch, 'update');
  apt(scratch, 'download', ...packages);
}

/** Read after the machine's own configuration, which stays in force where it says how to reach the mirror. */
function aptConfiguration(scratch) {
  return `
Dir::Etc::sourcelist "${scratch}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${scratch}/state";
Dir::State::status "${scratch}/status";
Dir::Cache "${scratch}/cache";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
`;
}

function apt(scratch, ...command) {
  try {
    execFileSync('apt-get', ['-q', '-c', path.join(scratch, 'apt.conf'), ...command], {
      cwd: path.join(scratch, 'debs'),
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new Error(`apt-get ${command.join(' ')} failed: ${String(error.stderr || error.message).trim()}`);
  }
}

function unpack(scratch) {
  const unpacked = path.join(scratch, 'root');
  for (const file of readdirSync(path.join(scratch, 'debs'))) {
    execFileSync('dpkg-deb', ['--extract', path.join(scratch, 'debs', file), unpacked]);
  }
  rmSync(path.join(unpacked, 'usr/share/man'), { recursive: true, force: true });
  describe(unpacked, 'just unpacked');
  return unpacked;
}

function ask(command, parameters) {
  try {
    return execFileSync(command, parameters, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    throw new Error(`this is no Debian-family machine: ${command} is missing`);
  }
}
