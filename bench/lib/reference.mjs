// Builds the C server and the load generator against the OpenSSL of the package.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { supplyOpenssl } from '../../scripts/openssl/supply.mjs';

/** Paths of both programs and the version of OpenSSL in them. Throws when make fails. */
export function buildReference(root) {
  const openssl = supplyOpenssl();
  // One folder per version: make does not notice when its variables change.
  const build = join(root, 'build', 'bench', `openssl-${openssl.version}`);
  const variables = [
    `BUILD=${build}`,
    `OPENSSL_INCLUDE=${openssl.include.join(' ')}`,
    `OPENSSL_LIB=${openssl.lib}`,
    ...(openssl.bundled ? [] : ['OPENSSL_DEFINES=LWM2M_TLS_OPENSSL_SYSTEM']),
  ];
  execFileSync('make', ['-s', '-C', join(root, 'bench', 'reference'), ...variables], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const server = join(build, 'server');
  const version = execFileSync(server, ['--version'], { encoding: 'utf8' }).trim();
  return { server, load: join(build, 'load'), version };
}
