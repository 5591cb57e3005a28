import type { Span } from './stats-state.ts';

/** Most spans that were open at one moment. One that ends when another begins is not counted with it. */
export function peakOf(spans: Iterable<Pick<Span, 'start' | 'end'>>): number {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { start, end } of spans) {
    starts.push(start);
    ends.push(end);
  }
  starts.sort((a, b) => a - b);
  ends.sort((a, b) => a - b);
  let peak = 0;
  let ended = 0;
  for (const [begun, start] of starts.entries()) {
    while ((ends[ended] as number) <= start && ended < begun) ended += 1;
    peak = Math.max(peak, begun + 1 - ended);
  }
  return peak;
}
