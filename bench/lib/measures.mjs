// What is measured in pairs with the C server, and the interleaved way of measuring it.
import { openEchoes, runLoad } from './load.mjs';
import { median, spread } from './statistics.mjs';

const SLICES = 4; // per side and round: long enough each, and close to the other side's

const handshakes = { mode: 'handshake', peers: 512, window: 32 };

/**
 * The measurements of a plan; `aim` is the greatest ratio that satisfies us, `profile` the servers' (profiles.mjs).
 * Those of one `group` share a pair of servers.
 */
export function listMeasures(plan) {
  const echo = (peers, size, group) => ({
    name: `echo of ${size} bytes, ${peers.toLocaleString('en')} peers`,
    profile: 'psk',
    group,
    aim: 1,
    load: { mode: 'echo', peers, size, window: 256, operations: plan.echoes },
  });
  return [
    {
      name: 'full PSK-CCM8 handshake',
      profile: 'psk',
      group: 'psk',
      aim: 0.9,
      load: { ...handshakes, operations: plan.handshakes },
    },
    {
      name: 'mutual ECDSA-CCM8 handshake',
      profile: 'certificate',
      group: 'certificate',
      aim: 1.1,
      load: { ...handshakes, operations: plan.certificateHandshakes },
    },
    {
      name: 'PSK-CCM8 resumed by session id',
      profile: 'resumption',
      group: 'resumption',
      aim: 0.85,
      load: { ...handshakes, resume: 'id', operations: plan.handshakes },
    },
    {
      name: 'PSK-CCM8 resumed by ticket',
      profile: 'resumption',
      group: 'resumption',
      aim: 0.85,
      load: { ...handshakes, resume: 'ticket', operations: plan.handshakes },
    },
    ...[64, 256, 1024].map((size) => echo(plan.fewPeers, size, 'echo')),
    // Servers of their own: associations that others left behind would stand between theirs.
    { ...echo(plan.somePeers, 64, 'some'), scale: 'some' },
    { ...echo(plan.manyPeers, 64, 'many'), scale: 'many' },
  ];
}

/** Both servers of each group. `startPair` starts those of a profile. */
export async function startGroups(measures, startPair) {
  const groups = {};
  for (const { group, profile } of measures) groups[group] ??= await startPair(profile);
  return groups;
}

/**
 * A measurement at both servers: `run(side, operations)` resolves with a report. Associations that echo are opened once
 * and stay: many thousands take longer to open than to measure.
 */
async function prepare(programs, core, servers, { load }) {
  const slice = { ...load, operations: Math.ceil(load.operations / SLICES) };
  if (load.mode !== 'echo') {
    return { run: (side) => runLoad(programs, core, servers[side], slice), close: async () => {} };
  }
  const echoes = {};
  for (const side of ['reference', 'ours']) echoes[side] = await openEchoes(programs, core, servers[side], slice);
  return {
    run: (side) => echoes[side].measure(),
    close: () => Promise.all(Object.values(echoes).map((opened) => opened.close())),
  };
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
async function comparePair(run, first) {
  const sides = first === 'ours' ? ['ours', 'reference'] : ['reference', 'ours'];
  const reports = { reference: [], ours: [] };
  for (let i = 0; i < SLICES; i++) {
    for (const side of sides) reports[side].push(await run(side));
    sides.reverse();
  }
  const pair = { reference: perOperation(reports.reference), ours: perOperation(reports.ours) };
  return { ...pair, ratio: pair.ours.cpu / pair.reference.cpu };
}

function summarise(rounds, side) {
  const pick = (field) => median(rounds.map((round) => round[side][field]));
  return { cpu: pick('cpu'), busy: pick('busy'), p50: pick('p50'), p99: pick('p99') };
}

/**
 * Measures both servers of each group in `rounds` pairs; who begins alternates. One unmeasured round comes first: it
 * compiles hot code and fills allocators.
 */
export async function comparePairs(programs, core, groups, measures, rounds, onProgress) {
  const results = [];
  for (const measure of measures) {
    const prepared = await prepare(programs, core, groups[measure.group], measure);
    results.push({ ...measure, prepared, rounds: [] });
  }
  for (const { prepared } of results) await comparePair(prepared.run, 'reference');
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 ? 'ours' : 'reference';
    for (const result of results) {
      const pair = await comparePair(result.prepared.run, first);
      result.rounds.push(pair);
      onProgress(round, result.name, pair);
    }
  }
  for (const { prepared } of results) await prepared.close();
  return results.map(({ prepared, ...result }) => ({
    ...result,
    reference: summarise(result.rounds, 'reference'),
    ours: summarise(result.rounds, 'ours'),
    ratio: spread(result.rounds.map((round) => round.ratio)),
  }));
}

/** How much more an echo costs with many peers than with some, at each server; undefined unless both were measured. */
export function compareScale(results) {
  const [some, many] = ['some', 'many'].map((scale) => results.find((result) => result.scale === scale));
  if (!some || !many) return undefined;
  const ratios = (side) => spread(many.rounds.map((round, i) => round[side].cpu / some.rounds[i][side].cpu));
  return {
    some: some.load.peers,
    many: many.load.peers,
    aim: 1.3,
    reference: ratios('reference'),
    ours: ratios('ours'),
  };
}
