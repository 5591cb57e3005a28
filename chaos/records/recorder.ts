import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BankLine, ClientLine, FaultLine, LeakLine, LogLine, TemporalLine } from './lines.ts';

export const RECORDS = ['clients', 'bank', 'log', 'temporal', 'faults', 'leaks'] as const;

type Lines = {
  clients: ClientLine;
  bank: BankLine;
  log: LogLine;
  temporal: TemporalLine;
  faults: FaultLine;
  leaks: LeakLine;
};

/** Writes the records of a campaign into its folder, each line at once: what was seen before a crash stays. */
export function openRecorder(folder: string) {
  const files = Object.fromEntries(
    RECORDS.map((name) => [name, openSync(join(folder, `${name}.jsonl`), 'a', 0o600)]),
  ) as Record<keyof Lines, number>;
  return {
    write<Name extends keyof Lines>(name: Name, line: Lines[Name]) {
      writeSync(files[name], `${JSON.stringify(line)}\n`);
    },
    close() {
      for (const file of Object.values(files)) closeSync(file);
    },
  };
}

export type Recorder = ReturnType<typeof openRecorder>;
