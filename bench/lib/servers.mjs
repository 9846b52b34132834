// The two servers that are compared, behind one shape: { name, profile, pid, port, ... }.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

/** The server of this package. `exposeGc` lets collectGarbage() work. */
export async function startOurs(root, core, profile, { exposeGc = false } = {}) {
  if (!existsSync(join(root, 'dist', 'index.js'))) {
    throw new Error('dist/index.js is missing: build the package first (npm run build)');
  }
  const script = join(root, 'bench', 'echo-server.mjs');
  const flags = exposeGc ? ['--expose-gc'] : [];
  const args = [...flags, script, '--exit-with-parent', ...toArguments(profile.server)];
  const server = await listening('ours', profile, start(process.execPath, args, core));
  return { ...server, exposeGc };
}

/** Lets a Node server that was started with `exposeGc` give back what is garbage. */
export async function collectGarbage(server) {
  if (!server.exposeGc) return;
  for (let i = 0; i < 2; i++) {
    server.process.signal('SIGUSR2');
    await sleep(300);
  }
}
