import type { LoadSettings } from './scenario-schema.js';
import type { SeededRandom } from './seeded-random.js';

/**
 * When the arrivals of an open loop are due, in milliseconds since its start, ascending and without end. They come evenly
 * or as a Poisson process; during `rampUp` the rate grows evenly from 0 to `arrivalRate`.
 */
export function* arrivalTimes(
  { arrivalRate, distribution, rampUp }: LoadSettings,
  random: SeededRandom,
): Generator<number, never> {
  const rate = arrivalRate ?? 1;
  // How many are due until a time is an area below the rate: arrivals lie where that area reaches their number.
  let area = 0;
  for (;;) {
    yield timeOfArea(area, rate, rampUp) * 1_000;
    area += distribution === 'poisson' ? random.exponential(1) : 1;
  }
}

/** Seconds until `area` arrivals are due. */
function timeOfArea(area: number, rate: number, rampUp: number): number {
  const duringRamp = (rate * rampUp) / 2;
  return area < duringRamp ? Math.sqrt((2 * area * rampUp) / rate) : rampUp + (area - duringRamp) / rate;
}
