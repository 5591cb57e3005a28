/** Mulberry32: the same number, from 0 to below 1, for the same seed. */
export function randomOf(seed: number): number {
  let t = (seed + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** One such number after the other. */
export function createRandom(seed: number): () => number {
  let n = 0;
  return () => randomOf(seed * 1_000_003 + (n += 1));
}
