import { globSync, readFileSync } from 'node:fs';
import type { SeenNow } from './fault-test.ts';

/** The kinds of faults that were found in use, by number. */
export const FAULT_KINDS: Readonly<Record<number, string>> = {
  1: "A verdict from a stranger's silence",
  2: 'The last word before the fact',
  3: 'Two facts in one field',
  4: 'A result that is forgotten before its events',
  5: 'Events out of order or doubled',
  6: "Infrastructure counted as the agent's failure",
  7: 'A lost ledger repeats `once`',
  8: 'A message from a foreign process',
  9: 'Emitters without a listener, logs without a bound',
  10: 'A guard in one of several mains',
  11: "A role's end waits for foreign code",
  12: 'The embedded server dies or hangs',
  13: 'Bugs of workflow code that end no run',
  14: 'Work that grows with the request, done in the loop',
  15: 'Unfair starts',
  16: 'Secrets pass',
  17: 'Encrypted, but not all of it',
  18: 'What agents may read for a stranger',
  19: 'Uploads, tokens and names that are taken unchecked',
  20: 'Checked on the way in, not on the way between',
  21: 'Durations and options unchecked',
  22: 'Ids that one part takes and another refuses',
  23: 'Paths read as URLs',
  24: "The user's shell",
  25: 'What a caller gives may throw',
  26: 'One shape of a fact of which the field has six',
  27: "500 for what is not the gateway's fault",
  28: 'Failing far from the mistake',
  29: 'Doors that are missing',
  30: 'Rolling out',
  31: 'Node 22',
  32: 'README to the letter',
  33: 'Replay that misleads',
  34: 'Stack traces that get lost',
  35: 'A mute `baton dev`',
  36: 'Silent waits',
  37: 'npx',
  39: 'Small untruths',
};

export type FaultTest = { kind: number; name: string; before: string; file: string };

const QUOTED = String.raw`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`;

/** Text of a string literal with either quote, as the formatter leaves it. */
const textOf = (single: string | undefined, double: string | undefined) =>
  (single ?? double ?? '').replaceAll(/\\(.)/g, '$1');

/** Every fault test, by kind and then by file and place. Its name and `before` must be plain string literals. */
export function faultTests(): FaultTest[] {
  const literal = new RegExp(String.raw`^\s*(?:${QUOTED}),\s*\{[^}]*?kind: (\d+)`);
  const sentence = new RegExp(String.raw`before:\s*(?:${QUOTED})`);
  const files = globSync('test/**/*.test.ts').toSorted();
  const tests = files.flatMap((file) => {
    const calls = readFileSync(file, 'utf8')
      .split(/^\s*faultTest\(/m)
      .slice(1);
    return calls.map((text): FaultTest => {
      const [, single, double, kind] = literal.exec(text) ?? [];
      const [, before, beforeDouble] = sentence.exec(text) ?? [];
      return { kind: Number(kind), name: textOf(single, double), before: textOf(before, beforeDouble), file };
    });
  });
  return tests.toSorted((a, b) => a.kind - b.kind);
}

const HEAD = `# Faults found in use

Baton was attacked, put under faults and tried with bug reports of similar products in November 2026. Each kind of fault
that was found has tests which pin the right behaviour; each of them failed before. Written by \`npm run docs:faults\` from a
run of these tests.
`;

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

type Options = {
  tests: readonly FaultTest[];
  seen: readonly SeenNow[];
  /** The page so far: what was seen stays where nothing new was. */
  page?: string;
};

/** The generated part of docs/faults.md: a table for each kind, with what was seen before and what is seen now. */
export function faultsPage({ tests, seen, page = '' }: Options): string {
  const rows = page.split('\n').map((row) => row.split(/(?<!\\) \| /));
  const kept = new Map(rows.map(([name = '', , now = '']) => [name.replace(/^\| \[(.*)\]\(.*\)$/, '$1'), now]));
  const now = new Map(seen.map((each) => [each.name, each.now]));
  const kinds = [...new Set(tests.map(({ kind }) => kind))];
  const tables = kinds.map((kind) => {
    const own = tests.filter((test) => test.kind === kind);
    const lines = own.map(({ name, file, before }) => {
      const last = kept.get(cell(name))?.replace(/ \|$/, '');
      return `| [${cell(name)}](../${file}) | ${cell(before)} | ${cell(now.get(name) ?? '') || last || '—'} |`;
    });
    const head = ['| test | seen before | seen now |', '|---|---|---|'];
    return [`\n## ${kind}. ${FAULT_KINDS[kind] ?? 'Unknown kind'}\n`, ...head, ...lines, ''].join('\n');
  });
  return HEAD + tables.join('');
}
