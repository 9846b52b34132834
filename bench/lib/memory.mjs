// Memory per peer: growth of a fresh server process while many peers are connected.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { holdPeers, runLoad } from './load.mjs';
import { collectGarbage } from './servers.mjs';

function residentBytes(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Rss:\s+(\d+) kB$/m.exec(text)[1]) * 1024;
}

/**
 * Bytes per peer right after all have said their first message, and at rest: some
 * seconds later, without garbage. The server must be fresh: memory that an earlier
 * load left behind would be used again and hide the growth.
 */
export async function measureMemory(programs, core, server, { memoryPeers, settleSeconds }) {
  // A little of everything first, so that code and tables are not counted as peers.
  await runLoad(programs, core, server, { mode: 'handshake', peers: 50, operations: 200 });
  await runLoad(programs, core, server, { mode: 'echo', peers: 50, operations: 2_000 });
  await collectGarbage(server);
  const before = residentBytes(server.pid);
  const result = { peers: memoryPeers, settleSeconds };
  await holdPeers(programs, core, server, memoryPeers, async () => {
    result.established = (residentBytes(server.pid) - before) / memoryPeers;
    await sleep(settleSeconds * 1000);
    await collectGarbage(server);
    result.rest = (residentBytes(server.pid) - before) / memoryPeers;
  });
  return result;
}
