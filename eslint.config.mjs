import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * One rule per row of the table of borders: a folder and the folders and packages it may not import. `valuesOnly` are
 * those it may import as types.
 */
const FOLDERS = [
  'contracts',
  'workflows',
  'agents',
  'tools',
  'spend',
  'activities',
  'notifier',
  'feed',
  'client',
  'gateway',
  'reconciler',
  'dev',
  'cli',
  'plans',
  'isolate',
  'payload',
  'testing',
];
const MAINS = ['**/worker.ts', '**/client.ts', '**/gateway.ts', '**/cli.ts', '**/config.ts', '**/testing.ts'];

const folder = (name) => `**/${name}/**`;
const others = (own, allowed = []) => FOLDERS.filter((name) => name !== own && !allowed.includes(name)).map(folder);

const BORDERS = {
  contracts: { never: [...others('contracts'), ...MAINS, '@temporalio/*', 'node:*'] },
  workflows: {
    never: ['node:*', ...MAINS],
    typesOnly: [
      'zod',
      ...others('workflows'),
      '!**/contracts/names.ts',
      // Without zod: what a plan's references and order mean to the checker, they must mean to the workflow.
      '!**/contracts/plan-*.ts',
      '!**/contracts/markdown.ts',
      '@temporalio/worker',
      '@temporalio/client',
      '@temporalio/activity',
    ],
  },
  agents: { never: [...others('agents', ['contracts', 'spend', 'tools']), ...MAINS, '@temporalio/*'] },
  tools: { never: [...others('tools', ['contracts', 'spend']), ...MAINS, '@temporalio/*'] },
  spend: { never: [...others('spend', ['contracts']), ...MAINS, '@temporalio/*'] },
  activities: {
    never: [...MAINS, folder('dev'), folder('cli'), folder('client'), folder('feed')],
    typesOnly: [folder('notifier'), folder('workflows'), folder('isolate')],
  },
  notifier: { never: [...others('notifier', ['contracts']), ...MAINS, '@temporalio/*'] },
  gateway: {
    never: [
      ...others('gateway', ['contracts', 'notifier', 'feed', 'client', 'spend']),
      '**/worker.ts',
      '**/cli.ts',
      '@temporalio/worker',
      '@temporalio/workflow',
      '@temporalio/activity',
    ],
  },
  reconciler: {
    never: [
      ...others('reconciler', ['contracts', 'notifier', 'feed', 'payload']),
      ...MAINS,
      '@temporalio/worker',
      '@temporalio/workflow',
      '@temporalio/activity',
    ],
  },
  payload: {
    never: [
      ...others('payload', ['contracts']),
      ...MAINS,
      '@temporalio/worker',
      '@temporalio/client',
      '@temporalio/workflow',
      '@temporalio/activity',
    ],
  },
  isolate: {
    never: [
      ...others('isolate', ['contracts', 'agents']),
      // What kind of failure a thrown thing is, is decided in one place; the child asks there.
      '!**/activities/classify-failure.ts',
      ...MAINS,
      '@temporalio/*',
    ],
  },
  plans: { never: [...others('plans', ['contracts', 'agents']), ...MAINS, '@temporalio/*', 'node:*'] },
  // Users' tests run under any runner.
  testing: { never: ['**/gateway.ts', '**/cli.ts', folder('gateway'), folder('spend'), 'jest', '@jest/*', 'vitest'] },
  feed: { never: [...others('feed', ['contracts']), ...MAINS, '@temporalio/*', 'node:*'] },
};

const borderRules = Object.entries(BORDERS).map(([name, { never, typesOnly = [] }]) => ({
  files: [`src/${name}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: never, message: `src/${name} may not import this: see "Borders" in docs/architecture.md` },
          ...(typesOnly.length
            ? [{ group: typesOnly, allowTypeImports: true, message: `src/${name} may import this as a type only` }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules/', '**/dist/', '.baton/', '.cache/', 'coverage/', 'examples/data/', '**/.mutation-*/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/extensions': ['.ts'], 'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: 'test' }] },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  // What it becomes is a program of a user's own.
  { files: ['templates/**/*.ts'], rules: { 'no-console': 'off' } },
  // Temporal's SDK loads a converter by require().
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['src/**/*.ts'], rules: { 'import-x/no-cycle': ['error', { maxDepth: 10 }] } },
  {
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setImmediate', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'ids arrive in the input' },
        { object: 'Promise', property: 'race', message: 'the loser of a race runs on' },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'src/cli.ts', 'src/client.ts', 'src/client/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@temporalio/worker', '**/worker.ts'],
              allowTypeImports: true,
              message: 'load it with import() when needed: it is native and slow',
            },
          ],
        },
      ],
    },
  },
  ...borderRules,
);
