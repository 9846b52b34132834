// Which parts of the benchmark a run makes.
import { listMeasures } from './measures.mjs';

/** The parts besides the measurements of measures.mjs. */
const PARTS = [
  'idle associations',
  'half-open handshakes',
  'hello flood',
  'two workers',
  'swarm of idle devices',
  'handshake storm of a swarm',
];

/** What of it all has `only` in its name: { measures, idle, halfOpen, flood, workers, swarmIdle, storm }. Throws when nothing has. */
export function selectParts(plan) {
  const named = (name) => name.includes(plan.only);
  const measures = listMeasures(plan).filter(({ name }) => named(name));
  const [idle, halfOpen, flood, workers, swarmIdle, storm] = PARTS.map(named);
  if (measures.length === 0 && !PARTS.some(named)) {
    const names = [...listMeasures(plan), ...PARTS.map((name) => ({ name }))].map(({ name }) => `  ${name}`);
    throw new RangeError(`--only: nothing has '${plan.only}' in its name; there are\n${names.join('\n')}`);
  }
  return { measures, idle, halfOpen, flood, workers, swarmIdle, storm };
}
