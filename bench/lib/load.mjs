// Runs the load generator against one server.
import { start } from './processes.mjs';
import { toArguments } from './profiles.mjs';

function command(server, options) {
  const settings = { port: server.port, 'server-pid': server.pid, ...server.profile.client, ...options };
  return toArguments({ 'exit-with-parent': true, ...settings });
}

async function attempt(programs, core, server, options) {
  const load = start(programs.load, command(server, options), core);
  const report = JSON.parse(await load.line());
  await load.ended;
  return report;
}

/** Whether `server` lets in a client of its profile with other `options`: some that it must refuse. */
export async function lets(programs, core, server, options) {
  const { operations } = await attempt(programs, core, server, {
    mode: 'handshake',
    peers: 1,
    operations: 1,
    ...options,
  });
  return operations > 0;
}

/** One finished load; its report. Throws when anything in it failed. */
export async function runLoad(programs, core, server, options) {
  const report = await attempt(programs, core, server, options);
  if (report.failures > 0) {
    throw new Error(`${report.failures} failures against ${server.name}: ${JSON.stringify(report)}`);
  }
  return report;
}

/** Opens `peers` associations and calls `whileOpen` before they are closed. */
export async function holdPeers(programs, core, server, peers, whileOpen) {
  const load = start(programs.load, command(server, { mode: 'hold', peers, size: 64 }), core);
  const report = JSON.parse(await load.line());
  if (report.failures > 0) throw new Error(`${report.failures} peers failed at ${server.name}`);
  await whileOpen();
  load.proceed();
  await load.ended;
}
