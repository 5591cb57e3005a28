import type { Verdict } from './judge-mutations.ts';

const BEGIN = '<!-- mutations: written by npm run docs:mutations -->\n';
const END = '<!-- end of mutations -->\n';
const MOST = 180;

/** A line of code in a cell of a table. */
function code(line: string): string {
  const short = line.length > MOST ? `${line.slice(0, MOST)}…` : line;
  return `\`${short.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

export function mutationRow({ name, file, caughtBy, on, told }: Verdict): string {
  const lines = told === '' ? '' : `<br>${told.split('\n').map(code).join('<br>')}`;
  const where = on.length === 0 ? 'every history replays and shows its user the same' : `${on.join(', ')}${lines}`;
  return `| ${name} | \`${file}\` | ${caughtBy} | ${where} |\n`;
}

/** The changes that were applied, what found each, and what was told of the first history that did. */
export function mutationsTable(verdicts: readonly Verdict[]): string {
  const head = '| change | in | found by | on |\n|---|---|---|---|\n';
  return `${BEGIN}\n${head}${verdicts.map(mutationRow).join('')}\n${END}`;
}

/** What the page says of each change: its row, and the histories that find it. */
export function documentedMutations(page: string): Map<string, { row: string; on: string[] }> {
  const rows = page
    .slice(page.indexOf(BEGIN), page.indexOf(END))
    .matchAll(/^\| (.*?) \| `.*?` \| (.*?) \| (.*?)(?:<br>.*)? \|\n/gm);
  const onOf = (caughtBy: string, where: string) => (caughtBy === 'harmless' ? [] : where.split(', '));
  return new Map(
    [...rows].map(([row, name = '', caughtBy = '', where = '']) => [name, { row, on: onOf(caughtBy, where) }]),
  );
}

/** The page with another table; the table's place is marked in it. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error('the page has no place for the table of mutations');
  return page.slice(0, from) + table + page.slice(to + END.length);
}
