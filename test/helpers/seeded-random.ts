/**
 * Numbers in [0, 1) that depend on the seeds alone: mulberry32 (a 32-bit counter stepped by 0x6d2b79f5 through a
 * multiply-xorshift mix; period 2^32), started from the seeds folded together by MurmurHash3's finaliser, so that
 * neighbouring seeds give unrelated sequences. Good enough to choose datagrams, useless for secrets.
 */
export function seededRandom(...seeds: number[]): () => number {
  let state = 0;
  for (const seed of seeds) state = avalanche(Math.imul(state, 0x9e3779b1) + avalanche(seed + 1));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let t = Math.imul(value ^ (value >>> 15), value | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

function avalanche(value: number): number {
  let t = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  t = Math.imul(t ^ (t >>> 13), 0xc2b2ae35);
  return (t ^ (t >>> 16)) >>> 0;
}
