// The benchmark: our server against a C server of the same shape, side by side.
//
// Prints tables, saves everything in build/bench.json and, unless told otherwise,
// writes docs/performance.md. Linux only: it needs epoll, recvmmsg and /proc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readArguments, usage } from './lib/arguments.mjs';
import { writeCredentials } from './lib/credentials.mjs';
import { renderDocument } from './lib/document.mjs';
import { lets, runLoad } from './lib/load.mjs';
import { describeMachine, warnIfBusy } from './lib/machine.mjs';
import { comparePairs, listMeasures, warmUp } from './lib/measures.mjs';
import { measureMemory } from './lib/memory.mjs';
import { chooseCores } from './lib/processes.mjs';
import { listProfiles } from './lib/profiles.mjs';
import { buildReference } from './lib/reference.mjs';
import { startOurs, startReference } from './lib/servers.mjs';
import { cpuTable, isMet, latencyTable, memoryTable, toText } from './lib/tables.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a server answers close_notify: the C server shall do what ours does. */
async function answersClose(programs, cores, server) {
  const options = { mode: 'handshake', peers: 16, operations: 16 };
  return (await runLoad(programs, cores?.load, server, options)).close_replies > 0;
}

/** Both servers of each profile. */
async function startServers(plan, programs, cores, profiles) {
  const servers = {};
  let closeReply;
  for (const [name, profile] of Object.entries(profiles)) {
    const ours = plan.self
      ? await startReference(programs, cores?.server, profile, true)
      : await startOurs(root, cores?.server, profile);
    closeReply ??= await answersClose(programs, cores, ours);
    servers[name] = { ours, reference: await startReference(programs, cores?.server, profile, closeReply) };
  }
  return { servers, closeReply };
}

/** A server that did not verify its clients would win. */
async function checkVerification(programs, cores, servers) {
  for (const server of Object.values(servers)) {
    const { cert, key } = server.profile.server; // its usage is that of a server alone
    if (!(await lets(programs, cores?.load, server, { cert, key }))) continue;
    throw new Error(`${server.name} lets in a client whose certificate is not one for clients`);
  }
}

async function compareSpeed(plan, programs, cores, profiles) {
  const measures = listMeasures(plan);
  const { servers, closeReply } = await startServers(plan, programs, cores, profiles);
  await checkVerification(programs, cores, servers.certificate);
  console.log('warming up');
  await warmUp(programs, cores?.load, servers, measures);
  const report = (round, name, pair) => {
    const figures = `${pair.reference.cpu.toFixed(2)} / ${pair.ours.cpu.toFixed(2)} us`;
    console.log(`round ${round + 1}/${plan.rounds}  ${name}: ${figures}, ${pair.ratio.toFixed(3)}x`);
  };
  const results = await comparePairs(programs, cores?.load, servers, measures, plan.rounds, report);
  for (const server of Object.values(servers).flatMap(Object.values)) await server.process.stop();
  return { results, closeReply };
}

async function compareMemory(plan, programs, cores, profile) {
  const memory = {};
  for (const side of ['reference', 'ours']) {
    console.log(`memory of ${plan.memoryPeers} peers: ${side}`);
    const server =
      side === 'reference' || plan.self
        ? await startReference(programs, cores?.server, profile, true)
        : await startOurs(root, cores?.server, profile, { exposeGc: true });
    memory[side] = await measureMemory(programs, cores?.load, server, plan);
    await server.process.stop();
  }
  return memory;
}

function save(run) {
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build', 'bench.json'), `${JSON.stringify(run, null, 2)}\n`);
  if (!run.plan.write) return;
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs', 'performance.md'), renderDocument(run));
  console.log('\nwritten: docs/performance.md');
}

function print({ results, memory }) {
  const tables = [cpuTable(results), latencyTable(results), ...(memory ? [memoryTable(memory)] : [])];
  for (const table of tables) {
    console.log(`\n${toText(table)}`);
  }
  const missed = results.filter((result) => !isMet(result)).length;
  console.log(missed ? `\n${missed} of ${results.length} aims missed` : '\nall aims met');
}

async function main() {
  const plan = readArguments(process.argv.slice(2));
  if (!plan) return console.log(usage);
  if (process.platform !== 'linux') throw new Error('the benchmark runs on Linux only');
  const programs = buildReference(root);
  const cores = chooseCores();
  const warning = warnIfBusy();
  if (warning) console.warn(`warning: ${warning}`);
  const profiles = listProfiles(await writeCredentials(join(root, 'build', 'bench', 'credentials')));
  const speed = await compareSpeed(plan, programs, cores, profiles);
  const memory = plan.only === '' ? await compareMemory(plan, programs, cores, profiles.psk) : undefined;
  const run = { plan, cores, machine: describeMachine(programs.version), warning, ...speed, memory };
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
