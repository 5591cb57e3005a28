import type { CompletedReport } from '../../contracts/report.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

export type Bar = { label: string; amount: number; from: number; to: number; kind: 'total' | 'saving' };

/** From today's month to the month after, in US dollars: each saving takes off what the ones before it left. */
export function savingsBars({ baseline, recommendations }: CompletedReport): Bar[] {
  let left = baseline.monthly_usd;
  const savings = recommendations.map(({ technique, marginal_monthly_usd: { expected } }): Bar => {
    const to = left;
    left -= expected;
    return { label: TECHNIQUE_TITLES[technique], amount: -expected, from: left, to, kind: 'saving' };
  });
  return [
    { label: 'Now', amount: baseline.monthly_usd, from: 0, to: baseline.monthly_usd, kind: 'total' },
    ...savings,
    { label: 'After', amount: left, from: 0, to: left, kind: 'total' },
  ];
}

/** Where the axis begins: a little below the smallest step, or savings of a few percent could not be seen. */
export function axisOrigin(bars: Bar[]): number {
  const top = Math.max(...bars.map(({ to }) => to));
  const lowest = Math.min(...bars.map(({ kind, from, to }) => (kind === 'total' ? to : from)));
  return Math.max(0, lowest - (top - lowest) * 0.5);
}
