// The two servers that are compared, behind one shape: { name, profile, pid, port, ... }.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { start } from './processes.mjs';
import { toArguments } from './profiles.mjs';

async function listening(name, profile, process_) {
  const [, port] = /^listening (\d+)$/.exec(await process_.line()) ?? [];
  if (!port) throw new Error(`${name} did not say where it listens`);
  return { name, profile, process: process_, pid: process_.pid, port: Number(port) };
}

/** The C server. `closeReply`: whether it answers close_notify. */
export async function startReference(programs, core, profile, closeReply) {
  const args = ['--exit-with-parent', ...toArguments(profile.server), ...(closeReply ? [] : ['--no-close-reply'])];
  return listening('C', profile, start(programs.server, args, core));
}

/**
 * The server of this package. `exposeGc` lets collectGarbage() work, `workers` makes that many threads serve, `set` are
 * further options of DtlsServer as "name=JSON".
 */
export async function startOurs(root, core, profile, { exposeGc = false, workers, set = [] } = {}) {
  if (!existsSync(join(root, 'dist', 'index.js'))) {
    throw new Error('dist/index.js is missing: build the package first (npm run build)');
  }
  const script = join(root, 'bench', 'echo-server.mjs');
  const args = [
    ...(exposeGc ? ['--expose-gc'] : []),
    script,
    '--exit-with-parent',
    ...toArguments(profile.server),
    ...set.flatMap((assignment) => ['--set', assignment]),
    ...(workers === undefined ? [] : ['--workers', String(workers)]),
  ];
  const server = await listening('ours', profile, start(process.execPath, args, core));
  return { ...server, status: async (command) => JSON.parse(await server.process.ask(command)) };
}

/** The counters of each thread of our server, after a garbage collection; undefined for the C server. */
export async function collectGarbage(server) {
  return server.status?.('collect');
}

/** The counters of each thread of our server; undefined for the C server. */
export async function askStatus(server) {
  return server.status?.('status');
}
