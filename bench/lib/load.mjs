// Runs the load generator against one server.
import { start } from './processes.mjs';
import { toArguments } from './profiles.mjs';

function launch(programs, core, server, options) {
  const settings = { port: server.port, 'server-pid': server.pid, ...server.profile.client, ...options };
  return start(programs.load, toArguments({ 'exit-with-parent': true, ...settings }), core);
}

function check(server, report) {
  if (report.failures === 0) return report;
  throw new Error(`${report.failures} failures against ${server.name}: ${JSON.stringify(report)}`);
}

async function attempt(programs, core, server, options) {
  const load = launch(programs, core, server, options);
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
  return check(server, await attempt(programs, core, server, options));
}

/** Established clients that echo on demand: `measure()` resolves with a report, `close()` ends them. */
export async function openEchoes(programs, core, server, options) {
  const load = launch(programs, core, server, { ...options, mode: 'echo' });
  check(server, JSON.parse(await load.line()));
  return {
    measure: async () => check(server, JSON.parse(await load.ask('measure'))),
    close: () => {
      load.endInput();
      return load.ended;
    },
  };
}

/** Holds what `mode` ("hold" or "half-open") opens, and calls `whileOpen` with the report before it is let go. */
export async function hold(programs, core, server, options, whileOpen) {
  const load = launch(programs, core, server, options);
  await whileOpen(JSON.parse(await load.line()));
  load.endInput();
  await load.ended;
}
