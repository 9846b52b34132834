// The command line of the benchmark.
import { parseArgs } from 'node:util';

export const usage = `usage: node bench/run.mjs [options]

Compares the server of this package with a C server, side by side, and writes
docs/performance.md.

  --quick        one short round; writes no document
  --no-write     full rounds; writes no document
  --rounds N     pairs per measurement (default 21)
  --only TEXT    only what has TEXT in its name: handshake, resumed, echo, idle,
                 half-open, flood, workers, swarm, ...; writes no document
  --set NAME=JSON
                 one more option of our server; may be repeated; writes no document
  --help         this text
`;

/**
 * What a full and a quick run do. Many short rounds rather than a few long ones: a shared machine changes its speed from
 * second to second, and the median of many pairs does not mind. A peer of the C server takes some 39 KiB, so it gets
 * fewer to hold: what each of them takes does not depend on their number.
 */
const full = {
  rounds: 21,
  handshakes: 8_000,
  certificateHandshakes: 2_000,
  echoes: 100_000,
  fewPeers: 64,
  somePeers: 1_000,
  manyPeers: 50_000,
  idlePeers: { ours: 100_000, reference: 10_000 },
  settleSeconds: 10,
  halfOpenPeers: 10_000,
  floodRounds: 5,
  floodSeconds: 3,
  workerRounds: 11,
  swarmDevices: 100_000,
  stormRounds: 11,
};
const quick = {
  rounds: 1,
  handshakes: 3_000,
  certificateHandshakes: 800,
  echoes: 30_000,
  fewPeers: 64,
  somePeers: 500,
  manyPeers: 3_000,
  idlePeers: { ours: 2_000, reference: 1_000 },
  settleSeconds: 2,
  halfOpenPeers: 3_000,
  floodRounds: 1,
  floodSeconds: 1,
  workerRounds: 1,
  swarmDevices: 5_000,
  stormRounds: 1,
};

/** The plan of this run, or null when the usage was asked for. Throws on a bad option. */
export function readArguments(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      // Checks the method itself: the C server stands on both sides, the ratio must be 1.
      self: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      set: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const plan = { ...(values.quick ? quick : full) };
  if (values.rounds !== undefined) plan.rounds = Number(values.rounds);
  if (!Number.isInteger(plan.rounds) || plan.rounds < 1) {
    throw new RangeError('--rounds must be a whole number above 0');
  }
  const { quick: isQuick, self, only, set } = values;
  const write = !isQuick && !values['no-write'] && !self && only === '' && set.length === 0;
  return { ...plan, quick: isQuick, self, only, set, write };
}
