// The benchmark: our server against a C server of the same shape, side by side.
//
// Prints tables, saves everything in build/bench.json and, unless told otherwise,
// writes docs/performance.md. Linux only: it needs epoll, recvmmsg and /proc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { judge } from './lib/aims.mjs';
import { readArguments, usage } from './lib/arguments.mjs';
import { writeCredentials } from './lib/credentials.mjs';
import { renderDocument } from './lib/document.mjs';
import { measureFlood } from './lib/flood.mjs';
import { grouped, micro, times } from './lib/format.mjs';
import { lets, runLoad } from './lib/load.mjs';
import { describeMachine, warnIfBusy } from './lib/machine.mjs';
import { comparePairs, compareScale, startGroups } from './lib/measures.mjs';
import { measureHalfOpen, measureIdle } from './lib/memory.mjs';
import { selectParts } from './lib/parts.mjs';
import { chooseCores } from './lib/processes.mjs';
import { listProfiles } from './lib/profiles.mjs';
import { buildReference } from './lib/reference.mjs';
import { startOurs, startReference } from './lib/servers.mjs';
import { measureStorm, measureSwarmIdle } from './lib/swarm.mjs';
import * as tables from './lib/tables.mjs';
import { measureWorkers } from './lib/workers.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a server answers close_notify: the C server shall do what ours does. */
async function answersClose({ programs, cores }, server) {
  const options = { mode: 'handshake', peers: 16, operations: 16 };
  return (await runLoad(programs, cores?.load, server, options)).close_replies > 0;
}

/** Starts the server under test: ours, or with --self the C server. */
function startTested({ plan, cores, closeReply, programs, profiles }, profile, options) {
  return plan.self
    ? startReference(programs, cores?.server, profiles[profile], closeReply ?? true)
    : startOurs(root, cores?.server, profiles[profile], { ...options, set: plan.set });
}

async function startPair(setup, profile, options) {
  const ours = await startTested(setup, profile, options);
  setup.closeReply ??= await answersClose(setup, ours);
  const { programs, cores, profiles, closeReply } = setup;
  return { ours, reference: await startReference(programs, cores?.server, profiles[profile], closeReply) };
}

async function stopAll(servers) {
  for (const server of servers) await server.process.stop();
}

/** A server that did not verify its clients would win. */
async function checkVerification({ programs, cores }, servers) {
  for (const server of Object.values(servers)) {
    const { cert, key } = server.profile.server; // its usage is that of a server alone
    if (!(await lets(programs, cores?.load, server, { cert, key }))) continue;
    throw new Error(`${server.name} lets in a client whose certificate is not one for clients`);
  }
}

async function compareSpeed(setup, measures) {
  const { programs, cores, plan } = setup;
  const groups = await startGroups(measures, (profile) => startPair(setup, profile));
  if (groups.certificate) await checkVerification(setup, groups.certificate);
  const report = (round, name, { reference, ours, ratio }) => {
    const figures = `${micro(reference.cpu)} / ${micro(ours.cpu)} us, ${times(ratio)}`;
    console.log(`round ${round + 1}/${plan.rounds}  ${name}: ${figures}`);
  };
  console.log('opening associations and warming up');
  const results = await comparePairs(programs, cores?.load, groups, measures, plan.rounds, report);
  await stopAll(Object.values(groups).flatMap(Object.values));
  return results;
}

/** Memory of both servers, one after the other, each fresh. `measure(server, side)` resolves with the result. */
async function compareMemory(setup, what, measure) {
  const { programs, cores, profiles } = setup;
  const result = {};
  for (const side of ['reference', 'ours']) {
    console.log(`${what}: ${side}`);
    const server =
      side === 'ours'
        ? await startTested(setup, 'psk', { exposeGc: true })
        : await startReference(programs, cores?.server, profiles.psk, true);
    result[side] = await measure(server, side);
    await stopAll([server]);
  }
  return result;
}

function compareIdle(setup) {
  const { programs, cores, plan } = setup;
  return compareMemory(setup, 'idle associations', (server, side) =>
    measureIdle(programs, cores?.load, server, plan.idlePeers[side], plan.settleSeconds),
  );
}

function compareHalfOpen(setup) {
  const { programs, cores, plan } = setup;
  return compareMemory(setup, 'half-open handshakes', (server) =>
    measureHalfOpen(programs, cores?.load, server, plan.halfOpenPeers),
  );
}

async function compareFlood(setup) {
  const { programs, cores, plan } = setup;
  const servers = await startPair(setup, 'psk', { exposeGc: true });
  const result = await measureFlood(programs, cores?.load, servers, plan, (round, side, name, report) => {
    const figures = `${report.answers} of ${report.hellos} answered, p99 ${report.latency_us.p99.toFixed(0)} us`;
    console.log(`flood ${round + 1}/${plan.floodRounds}  ${name}, ${side}: ${figures}`);
  });
  await stopAll(Object.values(servers));
  return result;
}

function compareWorkers({ programs, cores, plan, profiles }) {
  const startWith = (workers, core) => startOurs(root, core, profiles.psk, { workers, set: plan.set });
  return measureWorkers(programs, cores, plan, startWith, (place, round, one, two) => {
    console.log(`workers ${round + 1}/${plan.workerRounds}, ${place}: ${micro(one)} / ${micro(two)} us`);
  });
}

async function measureSwarm({ cores, plan, profiles }) {
  console.log('a swarm of idle devices');
  const server = await startOurs(root, cores?.server, profiles.psk, { set: plan.set });
  const result = await measureSwarmIdle(root, cores?.load, server, plan.swarmDevices, plan.settleSeconds);
  await stopAll([server]);
  return result;
}

async function compareStorm({ programs, cores, plan, profiles }) {
  const server = await startReference(programs, cores?.server, profiles.psk, true);
  const result = await measureStorm(programs, root, cores?.load, server, plan, (round, reference, ours) => {
    console.log(`storm ${round + 1}/${plan.stormRounds}: ${grouped(reference)} / ${grouped(ours)} handshakes/s`);
  });
  await stopAll([server]);
  return result;
}

/** Everything that the document tells. */
async function measure(setup) {
  const parts = selectParts(setup.plan);
  const warning = warnIfBusy();
  if (warning) console.warn(`warning: ${warning}`);
  const results = parts.measures.length > 0 ? await compareSpeed(setup, parts.measures) : [];
  return {
    results,
    scale: compareScale(results),
    idle: parts.idle ? await compareIdle(setup) : undefined,
    halfOpen: parts.halfOpen ? await compareHalfOpen(setup) : undefined,
    flood: parts.flood ? await compareFlood(setup) : undefined,
    workers: parts.workers ? await compareWorkers(setup) : undefined,
    swarmIdle: parts.swarmIdle ? await measureSwarm(setup) : undefined,
    storm: parts.storm ? await compareStorm(setup) : undefined,
    plan: setup.plan,
    cores: setup.cores,
    closeReply: setup.closeReply,
    machine: describeMachine(setup.programs.version),
    warning,
  };
}

function save(run) {
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build', 'bench.json'), `${JSON.stringify(run, null, 2)}\n`);
  if (!run.plan.write) return;
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs', 'performance.md'), renderDocument(run));
  console.log('\nwritten: docs/performance.md');
}

function print(run) {
  const { results, scale, idle, halfOpen, flood, workers, swarmIdle, storm } = run;
  const shown = [
    ...(results.length > 0 ? [tables.cpuTable(results), tables.latencyTable(results)] : []),
    ...(scale ? [tables.scaleTable(scale)] : []),
    ...(idle ? [tables.idleTable(idle)] : []),
    ...(halfOpen ? [tables.halfOpenTable(halfOpen)] : []),
    ...(flood ? [tables.floodTable(flood)] : []),
    ...(workers ? [tables.workersTable(workers)] : []),
    ...(swarmIdle ? [tables.swarmIdleTable(swarmIdle)] : []),
    ...(storm ? [tables.stormTable(storm)] : []),
    tables.aimTable(run),
  ];
  for (const table of shown) console.log(`\n${tables.toText(table)}`);
  const verdicts = judge(run);
  const missed = verdicts.filter(({ met }) => !met).length;
  console.log(missed ? `\n${missed} of ${verdicts.length} aims missed` : '\nall aims met');
}

async function main() {
  const plan = readArguments(process.argv.slice(2));
  if (!plan) return console.log(usage);
  if (process.platform !== 'linux') throw new Error('the benchmark runs on Linux only');
  const setup = {
    plan,
    programs: buildReference(root),
    cores: chooseCores(),
    profiles: listProfiles(await writeCredentials(join(root, 'build', 'bench', 'credentials'))),
  };
  const run = await measure(setup);
  print(run);
  save(run);
}

try {
  await main();
  // Children that are still there belong to a failed step; the exit handler ends them.
  process.exit(0);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exit(1);
}
