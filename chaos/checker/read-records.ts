import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedFault } from '../faults/plan-faults.ts';
import type { PlannedRun } from '../load/plan-load.ts';
import type { BankLine, ClientLine, FaultLine, LeakLine, LogLine, TemporalLine } from '../records/lines.ts';

export type Records = {
  plan: { seed: number; layout: string; store: string; runs: PlannedRun[]; faults: PlannedFault[] };
  clients: ClientLine[];
  bank: BankLine[];
  log: LogLine[];
  temporal: TemporalLine[];
  faults: FaultLine[];
  leaks: LeakLine[];
};

function lines<Line>(folder: string, name: string): Line[] {
  const text = readFileSync(join(folder, `${name}.jsonl`), 'utf8');
  return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));
}

/** All that a campaign wrote down. */
export function readRecords(folder: string): Records {
  return {
    plan: JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Records['plan'],
    clients: lines(folder, 'clients'),
    bank: lines(folder, 'bank'),
    log: lines(folder, 'log'),
    temporal: lines(folder, 'temporal'),
    faults: lines(folder, 'faults'),
    leaks: lines(folder, 'leaks'),
  };
}
