import type { Span } from './stats-state.ts';

/** Most spans that were open at one moment. One that ends when another begins is not counted with it. */
export function peakOf(spans: readonly Pick<Span, 'start' | 'end'>[]): number {
  // Arrays of numbers are sorted as such, several times as fast as others by a function.
  const starts = Float64Array.from(spans, ({ start }) => start).sort();
  const ends = Float64Array.from(spans, ({ end }) => end).sort();
  let peak = 0;
  let ended = 0;
  for (const [begun, start] of starts.entries()) {
    while ((ends[ended] as number) <= start && ended < begun) ended += 1;
    peak = Math.max(peak, begun + 1 - ended);
  }
  return peak;
}
