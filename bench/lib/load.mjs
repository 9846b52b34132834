// Runs the load generator against one server.
import { start } from './processes.mjs';

function command(server, options) {
  const settings = { port: server.port, 'server-pid': server.pid, ...options };
  const pairs = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return ['--exit-with-parent', ...pairs];
}

/** One finished load; its report. Throws when anything in it failed. */
export async function runLoad(programs, core, server, options) {
  const load = start(programs.load, command(server, options), core);
  const report = JSON.parse(await load.line());
  await load.ended;
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
