/** What can be wrong, in the order of the table. Each must be zero. */
export const COLUMNS = {
  lost: 'events lost',
  doubled: 'events doubled',
  misordered: 'events misordered',
  foreign: 'events of others',
  gaps: 'gaps',
  runEnds: 'runs without one true end',
  agentEnds: 'agents without one end',
  effectsMissing: 'effects missing',
  effectsDoubled: 'effects doubled',
  undosMissing: 'undos missing',
  undosDoubled: 'undos doubled',
  answers: 'answers that contradict',
  leaks: 'leaks',
} as const;
export type Column = keyof typeof COLUMNS;

/** What a store cannot promise, or what an operator's act ends: allowed, but listed with its reason. */
export const DOCUMENTED = {
  lost: 'lost as documented',
  ended: 'ended as documented',
  unknown: 'undos reported unknown',
} as const;
export type Documented = keyof typeof DOCUMENTED;

export type Report = {
  found: Record<Column, string[]>;
  documented: Record<Documented, string[]>;
  figures: Record<string, number>;
};

const empty = <Key extends string>(names: Record<Key, string>) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, [] as string[]])) as Record<Key, string[]>;

export function createReport() {
  const report: Report = { found: empty(COLUMNS), documented: empty(DOCUMENTED), figures: {} };
  return {
    report,
    fault: (column: Column, what: string) => void report.found[column].push(what),
    allowed: (as: Documented, what: string) => void report.documented[as].push(what),
    figure: (name: string, value: number) => void (report.figures[name] = value),
  };
}

export type Findings = ReturnType<typeof createReport>;

export const isClean = ({ found }: Report) => Object.values(found).every(({ length }) => length === 0);
