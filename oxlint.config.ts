import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * One rule per row of the table of borders: a folder and the folders and packages it may not import. `typesOnly` are
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
  'settings',
  'temporal',
  'testing',
];
const MAINS = ['**/worker.ts', '**/client.ts', '**/gateway.ts', '**/cli.ts', '**/config.ts', '**/testing.ts'];

const folder = (name: string) => `**/${name}/**`;
const others = (own: string, allowed: string[] = []) =>
  FOLDERS.filter((name) => name !== own && !allowed.includes(name)).map(folder);

const BORDERS: Record<string, { never: string[]; typesOnly?: string[] }> = {
  contracts: { never: [...others('contracts'), ...MAINS, '@temporalio/*', 'node:*'] },
  workflows: {
    never: ['node:*', ...MAINS],
    typesOnly: [
      'zod',
      ...others('workflows'),
      '!**/contracts/names.ts',
      '!**/contracts/run-bounds.ts',
      // Without zod: what a plan's references and order mean to the checker, they must mean to the workflow.
      '!**/contracts/plan-*.ts',
      '!**/contracts/markdown.ts',
      '!**/contracts/id-fault.ts',
      '!**/contracts/json-faults.ts',
      '!**/contracts/ledger-name.ts',
      '!**/contracts/nearest-names.ts',
      '!**/contracts/number-fault.ts',
      '!**/contracts/option-names.ts',
      '!**/contracts/question-fault.ts',
      // What a run says of itself in Temporal is redacted where it is said.
      '!**/contracts/redact.ts',
      '!**/contracts/run-status.ts',
      '!**/contracts/thrown-message.ts',
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
  notifier: {
    // What is kept outside Temporal is encrypted by the keys that encrypt what is in it.
    never: [
      ...others('notifier', ['contracts']),
      '!**/payload/seal.ts',
      '!**/payload/payload-keys.ts',
      ...MAINS,
      '@temporalio/*',
    ],
  },
  gateway: {
    never: [
      ...others('gateway', ['contracts', 'notifier', 'feed', 'client', 'spend']),
      // Uploads are encrypted where they come in.
      '!**/payload/sealed-file.ts',
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
  temporal: { never: [...others('temporal', ['contracts']), ...MAINS, '@temporalio/worker', '@temporalio/workflow'] },
  dev: { never: [...others('dev', ['contracts', 'notifier', 'temporal']), ...MAINS, '@temporalio/worker'] },
  settings: { never: [...others('settings', ['contracts', 'payload']), ...MAINS, '@temporalio/*', 'node:*'] },
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

/** A package is meant with all of its own paths, which this linter does not include by itself. */
const withPaths = (group: string[]) => group.flatMap((each) => (/^!?\*\*/.test(each) ? each : [each, `${each}/**`]));

const borderRules = Object.entries(BORDERS).map(([name, { never, typesOnly = [] }]): OxlintOverride => ({
  files: [`src/${name}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: withPaths(never),
            message: `src/${name} may not import this: see "Borders" in docs/architecture.md`,
          },
          ...(typesOnly.length
            ? [
                {
                  group: withPaths(typesOnly),
                  allowTypeImports: true,
                  message: `src/${name} may import this as a type only`,
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

/** What typescript-eslint recommends; named one by one, since the categories of this linter are other sets. */
const RECOMMENDED = [
  'typescript/ban-ts-comment',
  'no-array-constructor',
  'typescript/no-duplicate-enum-values',
  'typescript/no-empty-object-type',
  'typescript/no-explicit-any',
  'typescript/no-extra-non-null-assertion',
  'typescript/no-misused-new',
  'typescript/no-namespace',
  'typescript/no-non-null-asserted-optional-chain',
  'typescript/no-require-imports',
  'typescript/no-this-alias',
  'typescript/no-unnecessary-type-constraint',
  'typescript/no-unsafe-declaration-merging',
  'typescript/no-unsafe-function-type',
  'no-unused-expressions',
  'typescript/no-wrapper-object-types',
  'typescript/prefer-as-const',
  'typescript/prefer-namespace-keyword',
  'typescript/triple-slash-reference',
];

export default defineConfig({
  plugins: ['eslint', 'typescript', 'import'],
  categories: { correctness: 'off' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: [
    'node_modules',
    '**/dist/',
    '.baton/',
    '.cache/',
    'coverage/',
    'examples/data/',
    '**/.mutation-*/',
    '**/.own-*/',
  ],
  rules: {
    ...Object.fromEntries(RECOMMENDED.map((rule) => [rule, 'error' as const])),
    'no-unused-vars': ['error', { argsIgnorePattern: null, varsIgnorePattern: null }],
  },
  overrides: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      rules: {
        'no-var': 'error',
        'prefer-const': 'error',
        'prefer-rest-params': 'error',
        'prefer-spread': 'error',
        'typescript/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
        'typescript/no-floating-promises': [
          'error',
          { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: 'test' }] },
        ],
        'typescript/no-misused-promises': 'error',
        'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        'no-console': 'error',
        'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      },
    },
    // What it becomes is a program of a user's own.
    { files: ['templates/**/*.ts'], rules: { 'no-console': 'off' } },
    // Temporal's SDK loads a converter by require().
    { files: ['**/*.cjs'], rules: { 'typescript/no-require-imports': 'off' } },
    {
      files: ['src/**/*.ts'],
      jsPlugins: ['./scripts/no-lazy-cycle.ts'],
      rules: { 'import/no-cycle': 'error', 'import/no-empty-named-blocks': 'error', 'baton/no-lazy-cycle': 'error' },
    },
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
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: withPaths(['@temporalio/worker', '**/worker.ts']),
                // Any name: without it the linter refuses import() as well.
                importNamePattern: '.*',
                allowTypeImports: true,
                message: 'load it with import() when needed: it is native and slow',
              },
            ],
          },
        ],
      },
    },
    {
      // A fault that the engine has, its checker must not have too.
      files: ['chaos/checker/**/*.ts', 'chaos/records/**/*.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: ['**/src/**', ...withPaths(['baton-agents'])],
                message: 'the checker of the campaign shares no code with the engine: see docs/decisions/0134',
              },
            ],
          },
        ],
      },
    },
    ...borderRules,
  ],
});
