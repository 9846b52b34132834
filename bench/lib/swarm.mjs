// The other side of the line: a swarm of this package as a load generator, beside the one in C.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { runLoad } from './load.mjs';
import { residentBytes } from './memory.mjs';
import { start } from './processes.mjs';
import { toArguments } from './profiles.mjs';
import { median, spread } from './statistics.mjs';

const storm = { peers: 512, window: 32 };

async function startSwarm(root, core, server, options) {
  const args = ['--expose-gc', join(root, 'bench', 'swarm-load.mjs'), '--exit-with-parent'];
  const settings = { port: server.port, ...server.profile.client, ...options };
  const swarm = start(process.execPath, [...args, ...toArguments(settings)], core);
  await swarm.line();
  const ask = async (command) => {
    const report = JSON.parse(await swarm.ask(command));
    if (report.failures > 0) throw new Error(`${report.failures} failures of the swarm: ${JSON.stringify(report)}`);
    return report;
  };
  return { ...swarm, ask };
}

/** Bytes of the swarm's process for each device that is connected and silent. */
export async function measureSwarmIdle(root, core, server, devices, settleSeconds) {
  const swarm = await startSwarm(root, core, server, { peers: devices, window: 64, operations: 200 });
  // A little of everything first, so that code and tables are not counted as devices.
  await swarm.ask('measure');
  await swarm.ask('collect');
  const before = residentBytes(swarm.pid);
  await swarm.ask('establish');
  const established = (residentBytes(swarm.pid) - before) / devices;
  await sleep(settleSeconds * 1000);
  const { peers } = await swarm.ask('collect');
  if (peers !== devices) throw new Error(`the swarm has ${peers} associations, and should have ${devices}`);
  const rest = (residentBytes(swarm.pid) - before) / devices;
  await swarm.stop();
  return { devices, settleSeconds, established, rest };
}

/** Full PSK handshakes per second against the same C server, by the load generator in C and by a swarm, in turns. */
export async function measureStorm(programs, root, core, server, plan, onProgress) {
  const load = { ...storm, operations: plan.handshakes };
  const swarm = await startSwarm(root, core, server, load);
  const run = {
    reference: () => runLoad(programs, core, server, { mode: 'handshake', ...load }),
    ours: () => swarm.ask('measure'),
  };
  const sides = ['reference', 'ours'];
  for (const side of sides) await run[side](); // compiles hot code, fills allocators
  const reports = { reference: [], ours: [] };
  for (let round = 0; round < plan.stormRounds; round++) {
    for (const side of sides) reports[side].push(await run[side]());
    sides.reverse();
    onProgress(round, perSecond(reports.reference.at(-1)), perSecond(reports.ours.at(-1)));
  }
  await swarm.stop();
  const summary = (side) => ({
    rate: median(reports[side].map(perSecond)),
    cpu: median(reports[side].map((report) => (report.client_cpu_seconds * 1e6) / report.operations)),
  });
  return {
    ...{ reference: summary('reference'), ours: summary('ours') },
    ratio: spread(reports.ours.map((report, i) => perSecond(report) / perSecond(reports.reference[i]))),
  };
}

function perSecond({ operations, wall_seconds }) {
  return operations / wall_seconds;
}
