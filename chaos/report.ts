import type { Plan } from './campaign.ts';
import { COLUMNS, DOCUMENTED, isClean, type Report } from './checker/findings.ts';

type Say = (line: string) => void;

/** Findings of one column that are printed in words. */
const SHOWN = 20;
/** Longest finding that is printed whole, in characters. */
const WIDE = 600;

export function printPlan({ seed, layout, store, runs, faults }: Plan, say: Say): void {
  say(`seed ${seed}: ${runs.length} runs, ${faults.length} faults, layout ${layout}, store ${store}`);
  for (const { n, at, fault, ms } of faults)
    say(`  ${String(n).padStart(3)}  at ${(at / 1_000).toFixed(1).padStart(7)} s  ${fault.padEnd(18)} for ${ms} ms`);
  const kinds = Map.groupBy(runs, ({ kind }) => kind);
  say(`  runs: ${[...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(', ')}`);
}

function printColumn(name: string, all: string[], say: Say) {
  say(`  ${name.padEnd(28)}${String(all.length).padStart(7)}`);
  for (const each of all.slice(0, SHOWN)) say(`      ${each.slice(0, WIDE)}`);
}

/** Prints what was found; true if nothing is wrong. */
export function printReport(report: Report, say: Say): boolean {
  const { found, documented, figures } = report;
  say('');
  for (const [name, figure] of Object.entries(figures)) say(`  ${name.padEnd(28)}${String(figure).padStart(7)}`);
  say('');
  for (const [key, name] of Object.entries(COLUMNS)) printColumn(name, found[key as keyof typeof found], say);
  say('');
  for (const [key, name] of Object.entries(DOCUMENTED))
    printColumn(name, documented[key as keyof typeof documented], say);
  return isClean(report);
}
