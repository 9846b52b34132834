// A flood of ClientHellos without cookie: what an answer costs, what established peers notice, and whether memory grows.
import { runLoad } from './load.mjs';
import { residentBytes } from './memory.mjs';
import { collectGarbage } from './servers.mjs';
import { median } from './statistics.mjs';

const SIDES = ['reference', 'ours'];
const PROBES = 64;

/** The floods of a plan, in hellos per second; undefined: as many as the load generator can send. */
export const FLOODS = [
  { name: 'none', rate: 0 },
  { name: 'moderate', rate: 50_000 },
  { name: 'greatest', rate: undefined },
];

function flood(programs, core, server, seconds, rate) {
  const options = { mode: 'flood', peers: PROBES, size: 64, seconds, ...(rate === undefined ? {} : { rate }) };
  return runLoad(programs, core, server, options);
}

function summarise(reports) {
  const middle = (pick) => median(reports.map(pick));
  return {
    sent: middle((report) => report.hellos / report.wall_seconds),
    answered: middle((report) => report.answers / report.wall_seconds),
    // Of the whole server; the echoes of the probes are less than a hundredth of it.
    cpu: middle((report) => (report.server_cpu_seconds * 1e6) / report.answers),
    p50: middle((report) => report.latency_us.p50),
    p99: middle((report) => report.latency_us.p99),
    lost: middle((report) => 1 - report.replies / report.probes),
  };
}

/** Floods both servers in turns, and measures handshakes with the C server in the same rounds. */
export async function measureFlood(programs, core, servers, plan, onProgress) {
  const reports = Object.fromEntries(SIDES.map((side) => [side, FLOODS.map(() => [])]));
  const handshakes = [];
  const before = {};
  for (const side of SIDES) {
    // What a first flood leaves in code and buffers is no growth.
    await flood(programs, core, servers[side], plan.floodSeconds, undefined);
    await collectGarbage(servers[side]);
    before[side] = residentBytes(servers[side].pid);
  }
  for (let round = 0; round < plan.floodRounds; round++) {
    const load = { mode: 'handshake', peers: 512, window: 32, operations: plan.handshakes };
    const report = await runLoad(programs, core, servers.reference, load);
    handshakes.push((report.server_cpu_seconds * 1e6) / report.operations);
    for (const [i, { name, rate }] of FLOODS.entries()) {
      for (const side of SIDES) {
        reports[side][i].push(await flood(programs, core, servers[side], plan.floodSeconds, rate));
        onProgress(round, side, name, reports[side][i].at(-1));
      }
    }
  }
  const growth = {};
  for (const side of SIDES) {
    await collectGarbage(servers[side]);
    growth[side] = residentBytes(servers[side].pid) - before[side];
  }
  const results = Object.fromEntries(SIDES.map((side) => [side, reports[side].map(summarise)]));
  const hellos = reports.ours.flat().reduce((sum, report) => sum + report.answers, 0);
  return { handshake: median(handshakes), ...results, growth, hellos, probes: PROBES };
}
