// Whether a second worker thread on the same port costs more than it brings.
import { runLoad } from './load.mjs';
import { askStatus } from './servers.mjs';
import { median, spread } from './statistics.mjs';

// Twice the usual window: two workers need enough to do.
const load = { mode: 'handshake', peers: 1_024, window: 64 };

const perHandshake = (report) => (report.server_cpu_seconds * 1e6) / report.operations;
const perSecond = (report) => report.operations / report.wall_seconds;

// Shares of the handshakes that each worker made.
async function shares(server) {
  const status = await askStatus(server);
  const done = status.map(({ handshakesCompleted }) => handshakesCompleted);
  const total = done.reduce((sum, count) => sum + count, 0);
  return done.map((count) => count / total);
}

async function compare(programs, core, servers, { workerRounds, handshakes }, onProgress) {
  const counts = Object.keys(servers);
  const reports = Object.fromEntries(counts.map((count) => [count, []]));
  // Each worker compiles for itself.
  for (const count of counts) {
    await runLoad(programs, core, servers[count], { ...load, operations: 2 * count * handshakes });
  }
  for (let round = 0; round < workerRounds; round++) {
    for (const count of counts) {
      reports[count].push(await runLoad(programs, core, servers[count], { ...load, operations: handshakes }));
    }
    counts.reverse();
    onProgress(round, perHandshake(reports[1].at(-1)), perHandshake(reports[2].at(-1)));
  }
  const cpu = (count) => median(reports[count].map(perHandshake));
  const rate = (count) => median(reports[count].map(perSecond));
  return {
    cpu: { 1: cpu(1), 2: cpu(2) },
    rate: { 1: rate(1), 2: rate(2) },
    ratio: spread(reports[2].map((report, i) => perHandshake(report) / perHandshake(reports[1][i]))),
    shares: await shares(servers[2]),
  };
}

/** `startWith(workers, core)` starts our server. Undefined cores leave the choice to the kernel. */
export async function measureWorkers(programs, cores, plan, startWith, onProgress) {
  const result = { aim: 1.1 };
  const places = { pinned: [cores?.server, cores?.load], free: [undefined, undefined] };
  for (const [place, [serverCore, loadCore]] of Object.entries(places)) {
    const servers = { 1: await startWith(1, serverCore), 2: await startWith(2, serverCore) };
    result[place] = await compare(programs, loadCore, servers, plan, (...figures) => onProgress(place, ...figures));
    for (const server of Object.values(servers)) await server.process.stop();
  }
  return result;
}
