// Memory per peer: growth of the resident set of a fresh server process.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { hold, openEchoes, runLoad } from './load.mjs';
import { askStatus, collectGarbage } from './servers.mjs';

/** Bytes of a process that are in memory. */
export function residentBytes(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Rss:\s+(\d+) kB$/m.exec(text)[1]) * 1024;
}

// A little of everything first, so that code and tables are not counted as peers. Not more: memory that an earlier load
// left behind would be used again and hide the growth.
async function warmUp(programs, core, server) {
  await runLoad(programs, core, server, { mode: 'handshake', peers: 50, operations: 200 });
  const echoes = await openEchoes(programs, core, server, { peers: 50, operations: 2_000 });
  await echoes.measure();
  await echoes.close();
  await collectGarbage(server);
}

/** Bytes per established peer that has said one message: right then, and some seconds later, without garbage. */
export async function measureIdle(programs, core, server, peers, settleSeconds) {
  await warmUp(programs, core, server);
  const before = residentBytes(server.pid);
  const result = { peers, settleSeconds };
  await hold(programs, core, server, { mode: 'hold', peers, size: 64 }, async (report) => {
    if (report.failures > 0) throw new Error(`${report.failures} of ${peers} peers failed at ${server.name}`);
    result.established = (residentBytes(server.pid) - before) / peers;
    await sleep(settleSeconds * 1000);
    const status = await collectGarbage(server);
    result.rest = (residentBytes(server.pid) - before) / peers;
    if (status !== undefined && status[0].peers !== peers) {
      throw new Error(`the server has ${status[0].peers} peers, and should have ${peers}`);
    }
  });
  return result;
}

/** Bytes per half-open handshake, and how many of the clients that tried got that far. */
export async function measureHalfOpen(programs, core, server, peers) {
  await warmUp(programs, core, server);
  const before = residentBytes(server.pid);
  const result = { peers };
  await hold(programs, core, server, { mode: 'half-open', peers, window: 512 }, async ({ operations }) => {
    const grown = residentBytes(server.pid) - before;
    const status = await askStatus(server);
    // The C server has no limit and no counters: it keeps all that it has answered.
    result.held = status === undefined ? operations : status[0].peersHandshaking;
    result.bytes = grown / result.held;
  });
  return result;
}
