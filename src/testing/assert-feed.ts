import type { NewEvent } from '../contracts/event.ts';
import { alignLines } from './align-lines.ts';
import { feedLines, kindOfLine, type FeedLine } from './feed-lines.ts';

/** A line, or lines that may come in any order among themselves. */
export type ExpectedLine = string | readonly string[];

/** The line by the words that are expected for it, where they are. */
function inWordsOf(expected: ReadonlySet<string>, { forms, line }: FeedLine): string {
  return forms.find((form) => expected.has(form)) ?? line;
}

/** Puts lines that may come in any order into the order in which they are written down. */
function inOrderOf(expected: readonly ExpectedLine[], got: readonly string[]): string[] {
  const ordered: string[] = [];
  for (const item of expected) {
    const group = [item].flat() as string[];
    const left = got.slice(ordered.length, ordered.length + group.length);
    const found = group.flatMap((line) => (left.includes(line) ? left.splice(left.indexOf(line), 1) : []));
    ordered.push(...(found.length === group.length ? found : got.slice(ordered.length, ordered.length + group.length)));
  }
  return [...ordered, ...got.slice(ordered.length)];
}

function differenceText(expected: readonly string[], got: readonly string[]): string {
  const rows = alignLines(expected, got);
  const first = rows.findIndex((row) => row.expected !== row.got);
  const width = Math.max(8, ...rows.map((row) => row.expected?.length ?? 1));
  const text = (mark: string, left: string, right: string) => `  ${mark} ${left.padEnd(width)}   ${right}`;
  const lines = rows.map((row, index) => {
    const mark = index === first ? '>' : row.expected === row.got ? ' ' : '!';
    return text(mark, row.expected ?? '-', row.got ?? '-');
  });
  return [`the feed is another one from line ${first + 1} on:`, '', text(' ', 'expected', 'got'), ...lines].join('\n');
}

/**
 * Checks what a run told its user, line by line and in order. A line is `<step or agent> completed` (or `failed`, `died`,
 * `cancelled`; a failure's type may follow), and as far as wanted `retried`, `started`, `queued`, `skipped`, `undone`,
 * `thinks "…"`, `tool <name> completed` (`failed`, `from receipt`), `run completed`, `approval requested`,
 * `approval decided <option>`. Lines in a list of their own may come in any order.
 *
 * All ends of agents are compared; of any other kind of line all are, as soon as one of them is expected.
 *
 * @throws Error that shows both side by side and marks where they part; TypeError when a line is none
 */
export function assertFeed(
  run: { events: readonly NewEvent[] } | readonly NewEvent[],
  expected: readonly ExpectedLine[],
): void {
  const wanted = expected.flat() as string[];
  const kinds = new Set(['end', ...wanted.map(kindOfLine)]);
  const told = feedLines('events' in run ? run.events : run).filter(({ kind }) => kinds.has(kind));
  const words = new Set(wanted);
  const got = inOrderOf(
    expected,
    told.map((line) => inWordsOf(words, line)),
  );
  if (got.length === wanted.length && got.every((line, index) => line === wanted[index])) return;
  const notes = told.flatMap(({ line, note }) => (note ? [`  ${line}: ${note}`] : []));
  const because = notes.length > 0 ? `\n\nin their own words:\n${notes.join('\n')}` : '';
  const error = new Error(`${differenceText(wanted, got)}${because}\n`);
  error.name = 'FeedMismatch';
  // Test runners show the line of the test that called, not this one.
  Error.captureStackTrace(error, assertFeed);
  throw error;
}
