import { FOREIGN_SETTINGS } from '../../src/settings/foreign-settings.ts';
import { shownDefault, type Described, type Setting } from '../../src/settings/setting.ts';
import { SETTINGS } from '../../src/settings/settings.ts';

const HEAD = `# Settings

Every setting of every role. A flag wins over the environment variable, which wins over the default. Each process reads its settings
once, when it starts, and refuses a bad one by its name. A variable that is empty counts as unset, unless it holds a secret.
\`baton doctor\` prints the values in force with their source, masks secrets and names misspelled variables.

"Roles" are the processes that use a setting: \`dev\`, \`worker\`, \`gateway\` and \`codec\` are the commands of these names; \`client\`
stands for every other command and for \`connect()\`. Set what several roles use to the same value for all of them.

Written by \`npm run docs:settings\` from \`src/settings/\`.
`;

const cell = (text: string) => text.replaceAll('|', '\\|');

function flagCell({ flag, on = [] }: Described): string {
  if (flag === undefined) return '';
  return `\`${flag}\` of ${on.map((name) => `\`${name}\``).join(', ')}`;
}

function rowOf(row: Described & Partial<Setting>): string {
  const initial = shownDefault(row);
  const shown = row.initial && !row.initialOf ? `\`${initial}\`` : initial;
  const [env, meaning] = [row.env ? `\`${row.env}\`` : '', `${row.meaning}${row.secret ? ' (secret)' : ''}`];
  return `| ${[env, flagCell(row), meaning, row.unit ?? '', shown, row.roles.join(', ')].map(cell).join(' | ')} |`;
}

const table = (rows: readonly (Described & Partial<Setting>)[]) =>
  ['| variable | flag | meaning | unit | default | roles |', '|---|---|---|---|---|---|', ...rows.map(rowOf), ''].join(
    '\n',
  );

/** The whole of docs/settings.md. */
export function settingsPage(): string {
  const own = table(Object.values(SETTINGS));
  const foreign = table(FOREIGN_SETTINGS);
  return `${HEAD}\n${own}\n## Read by Temporal's SDK, or before the settings\n\n${foreign}`;
}
