// The command line of the benchmark.
import { parseArgs } from 'node:util';

export const usage = `usage: node bench/run.mjs [options]

Compares the server of this package with a C server, side by side, and writes
docs/performance.md.

  --quick        one short round; writes no document
  --no-write     full rounds; writes no document
  --rounds N     pairs per measurement (default 5)
  --help         this text
`;

/** What a full and a quick run do. Each load lasts one to three seconds, or a tenth. */
const full = {
  rounds: 5,
  handshakes: 20_000,
  echoes: 300_000,
  memoryPeers: 2_000,
  settleSeconds: 10,
};
const quick = {
  rounds: 1,
  handshakes: 3_000,
  echoes: 30_000,
  memoryPeers: 500,
  settleSeconds: 2,
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
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const plan = { ...(values.quick ? quick : full) };
  if (values.rounds !== undefined) plan.rounds = Number(values.rounds);
  if (!Number.isInteger(plan.rounds) || plan.rounds < 1) {
    throw new RangeError('--rounds must be a whole number above 0');
  }
  const write = !values.quick && !values['no-write'] && !values.self;
  return { ...plan, quick: values.quick, self: values.self, write };
}
