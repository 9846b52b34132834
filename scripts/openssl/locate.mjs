/**
 * Tells build tools where OpenSSL is, one path a line. Supplies it first when it is not there yet.
 *
 *   node scripts/openssl/locate.mjs --include       folders for the front of the include path
 *                                   --archives      libssl and libcrypto, in link order
 *                                   --defines       preprocessor definitions for this flavour
 *                                   --tool          the command-line program of that OpenSSL
 *                                   --library-path  what LD_LIBRARY_PATH must be to run it
 *                                   --json          everything
 */
import process from 'node:process';
import { supplyOpenssl } from './supply.mjs';

const answers = {
  '--include': ({ include }) => include,
  '--archives': ({ archives }) => archives,
  '--defines': ({ bundled }) => (bundled ? [] : ['LWM2M_TLS_OPENSSL_SYSTEM']),
  '--tool': ({ tool }) => [tool?.command ?? ''],
  '--library-path': ({ tool }) => [tool?.libraryPath ?? ''],
  '--json': (installation) => [JSON.stringify(installation, null, 2)],
};

const answer = answers[process.argv[2]];
try {
  if (!answer) throw new Error(`usage: locate.mjs ${Object.keys(answers).join(' | ')}`);
  process.stdout.write(`${answer(supplyOpenssl()).join('\n')}\n`);
} catch (error) {
  process.stderr.write(`lwm2m-tls: ${error.message}\n`);
  process.exitCode = 1;
}
