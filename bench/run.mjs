// The benchmark: our server against a C server of the same shape, side by side.
//
// Prints tables, saves everything in build/bench.json and, unless told otherwise,
// writes docs/performance.md. Linux only: it needs epoll, recvmmsg and /proc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readArguments, usage } from './lib/arguments.mjs';
import { renderDocument } from './lib/document.mjs';
import { runLoad } from './lib/load.mjs';
import { describeMachine, warnIfBusy } from './lib/machine.mjs';
import { comparePairs, listMeasures, warmUp } from './lib/measures.mjs';
import { measureMemory } from './lib/memory.mjs';
import { chooseCores } from './lib/processes.mjs';
import { buildReference } from './lib/reference.mjs';
import { startOurs, startReference } from './lib/servers.mjs';
import { cpuTable, isMet, latencyTable, memoryTable, toText } from './lib/tables.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a server answers close_notify: the C server shall do what ours does. */
async function answersClose(programs, cores, server) {
  const options = { mode: 'handshake', peers: 16, operations: 16 };
  return (await runLoad(programs, cores?.load, server, options)).close_replies > 0;
}

async function compareSpeed(plan, programs, cores) {
  const measures = listMeasures(plan);
  const ours = plan.self ? await startReference(programs, cores?.server, true) : await startOurs(root, cores?.server);
  const closeReply = await answersClose(programs, cores, ours);
  const reference = await startReference(programs, cores?.server, closeReply);
  const servers = { ours, reference };
  console.log('warming up');
  for (const server of Object.values(servers)) {
    await warmUp(programs, cores?.load, server, measures);
  }
  const report = (round, name, pair) => {
    const figures = `${pair.reference.cpu.toFixed(2)} / ${pair.ours.cpu.toFixed(2)} us`;
    console.log(`round ${round + 1}/${plan.rounds}  ${name}: ${figures}, ${pair.ratio.toFixed(3)}x`);
  };
  const results = await comparePairs(programs, cores?.load, servers, measures, plan.rounds, report);
  for (const server of Object.values(servers)) await server.process.stop();
  return { results, closeReply };
}

async function compareMemory(plan, programs, cores) {
  const memory = {};
  for (const side of ['reference', 'ours']) {
    console.log(`memory of ${plan.memoryPeers} peers: ${side}`);
    const server =
      side === 'reference' || plan.self
        ? await startReference(programs, cores?.server, true)
        : await startOurs(root, cores?.server, { exposeGc: true });
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
  for (const table of [cpuTable(results), latencyTable(results), memoryTable(memory)]) {
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
  const speed = await compareSpeed(plan, programs, cores);
  const memory = await compareMemory(plan, programs, cores);
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
