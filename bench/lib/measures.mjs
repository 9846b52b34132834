// What is measured, and the paired, interleaved way of measuring it.
import { runLoad } from './load.mjs';
import { median, spread } from './statistics.mjs';

const SLICES = 4; // per side and round: long enough each, and close to the other side's

const handshakes = { mode: 'handshake', peers: 512, window: 32 };

/** The measurements of a plan; `aim` is the greatest ratio that satisfies us, `profile` the servers' (profiles.mjs). */
export function listMeasures(plan) {
  const measures = allMeasures(plan).filter(({ name }) => name.includes(plan.only));
  if (measures.length === 0) throw new RangeError(`--only: no measurement has '${plan.only}' in its name`);
  return measures;
}

function allMeasures(plan) {
  const echo = (size) => ({
    name: `echo of ${size} bytes`,
    profile: 'psk',
    aim: 1.1,
    load: { mode: 'echo', peers: 64, burst: 4, size, operations: plan.echoes },
  });
  return [
    {
      name: 'full PSK-CCM8 handshake',
      profile: 'psk',
      aim: 1.05,
      load: { ...handshakes, operations: plan.handshakes },
    },
    {
      name: 'mutual ECDSA-CCM8 handshake',
      profile: 'certificate',
      aim: 1.1,
      load: { ...handshakes, operations: plan.certificateHandshakes },
    },
    {
      name: 'PSK-CCM8 resumed by session id',
      profile: 'resumption',
      aim: 1.1,
      load: { ...handshakes, resume: 'id', operations: plan.handshakes },
    },
    {
      name: 'PSK-CCM8 resumed by ticket',
      profile: 'resumption',
      aim: 1.1,
      load: { ...handshakes, resume: 'ticket', operations: plan.handshakes },
    },
    echo(64),
    echo(256),
    echo(1024),
  ];
}

/** Runs every kind of load once at each server of its profile, unmeasured: compiles hot code, fills allocators. */
export async function warmUp(programs, core, servers, measures) {
  for (const { profile, load } of measures) {
    for (const server of Object.values(servers[profile])) await runLoad(programs, core, server, load);
  }
}

// One side of a round, from the reports of its slices.
function perOperation(reports) {
  const sum = (field) => reports.reduce((total, report) => total + report[field], 0);
  return {
    cpu: (sum('server_cpu_seconds') * 1e6) / sum('operations'),
    busy: sum('server_cpu_seconds') / sum('wall_seconds'),
    p50: median(reports.map((report) => report.latency_us.p50)),
    p99: median(reports.map((report) => report.latency_us.p99)),
    reports,
  };
}

// One measurement of both servers in turns: A B B A ..., so that a drift of the machine
// within the round hits both alike.
async function comparePair(programs, core, servers, load, first) {
  const sides = first === 'ours' ? ['ours', 'reference'] : ['reference', 'ours'];
  const reports = { reference: [], ours: [] };
  const slice = { ...load, operations: Math.ceil(load.operations / SLICES) };
  for (let i = 0; i < SLICES; i++) {
    for (const side of sides) {
      reports[side].push(await runLoad(programs, core, servers[side], slice));
    }
    sides.reverse();
  }
  const pair = { reference: perOperation(reports.reference), ours: perOperation(reports.ours) };
  return { ...pair, ratio: pair.ours.cpu / pair.reference.cpu };
}

function summarise(rounds, side) {
  const pick = (field) => median(rounds.map((round) => round[side][field]));
  return { cpu: pick('cpu'), busy: pick('busy'), p50: pick('p50'), p99: pick('p99') };
}

/** Measures both servers of each profile in `rounds` pairs; who begins alternates. */
export async function comparePairs(programs, core, servers, measures, rounds, onProgress) {
  const results = measures.map((measure) => ({ ...measure, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 ? 'ours' : 'reference';
    for (const result of results) {
      const pair = await comparePair(programs, core, servers[result.profile], result.load, first);
      result.rounds.push(pair);
      onProgress(round, result.name, pair);
    }
  }
  return results.map((result) => ({
    ...result,
    reference: summarise(result.rounds, 'reference'),
    ours: summarise(result.rounds, 'ours'),
    ratio: spread(result.rounds.map((round) => round.ratio)),
  }));
}
