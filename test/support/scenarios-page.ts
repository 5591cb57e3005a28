import type { Measured } from './measured.ts';
import type { ScenarioTest } from './scenario-tests.ts';
import { TRIES } from './until-met.ts';

const head = (tried: readonly string[]) => `# Acceptance scenarios

Each scenario is a test of its name, run against a real Temporal server, real workers and a real event log. The figures
are those of one run on two cores; the tests hold the bars. Written by \`npm run docs:scenarios\`.

Some are tried again while a figure misses its bar, ${TRIES} times at most, since a busy machine may steal the time of any one try, but
never makes a slow engine fast: ${tried.map((name) => `\`${name}\``).join(', ')}.
Their figures are those of the first try that met the bar, and no mean: what the engine takes when nothing else wants the machine.
All that is not about time must hold in that try; every other scenario has one try.

| scenario | test | measured |
|---|---|---|
`;

function shown([name, value]: [string, number | string]): string {
  const [, label = name, unit = ''] = /^(.*)_(ms|percent)$/.exec(name) ?? [];
  const figure = typeof value === 'number' ? Math.round(value * (unit ? 1 : 100)) / (unit ? 1 : 100) : value;
  return `${label.replaceAll('_', ' ')} ${figure}${unit && ` ${unit}`}`;
}

type Options = {
  tests: readonly ScenarioTest[];
  measures: readonly Measured[];
  /** The page so far, whose figures stay where nothing new was measured. */
  page?: string;
};

/** The page docs/scenarios.md: each scenario with its test file and what it measured; a later measure replaces an earlier one. */
export function scenariosPage({ tests, measures, page = '' }: Options): string {
  const kept = new Map(
    page.split('\n').map((row) => [row.split('`')[1], row.split(' | ').at(-1)?.replace(/ \|$/, '')]),
  );
  const rows = tests.map(({ name, file }) => {
    const own = measures.filter(({ scenario }) => scenario === name).map(({ figures }) => figures);
    const figures = Object.entries(Object.assign({}, ...own) as Measured['figures']).map(shown);
    return `| \`${name}\` | [${file.split('/').at(-1)}](../${file}) | ${figures.join('; ') || kept.get(name) || '—'} |\n`;
  });
  const tried = tests.filter(({ isTriedAgain }) => isTriedAgain).map(({ name }) => name);
  return head(tried) + rows.join('');
}
