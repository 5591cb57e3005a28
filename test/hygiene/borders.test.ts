import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

type Message = { ruleId: string; message: string };

/** Each import crosses the border of its folder. Files that exist, since the linter needs types. */
const CROSSINGS: [file: string, statement: string][] = [
  ['src/contracts/names.ts', "import '@temporalio/common';"],
  ['src/contracts/run.ts', "import '../agents/triage.ts';"],
  ['src/contracts/run.ts', "import 'node:fs';"],
  ['src/workflows/run-agent.ts', "import { z } from 'zod'; z.string();"],
  ['src/workflows/run-agent.ts', "import 'node:fs';"],
  ['src/workflows/run-agent.ts', "import { costApp } from '../agents/cost-app.ts'; costApp;"],
  ['src/agents/triage.ts', "import '@temporalio/activity';"],
  ['src/agents/triage.ts', "import '../notifier/open-store.ts';"],
  ['src/agents/triage.ts', "import '../config.ts';"],
  ['src/tools/define-tool.ts', "import '../agents/triage.ts';"],
  ['src/spend/optimize.ts', "import '../agents/triage.ts';"],
  ['src/activities/run-attempt.ts', "import { openStore } from '../notifier/open-store.ts'; openStore;"],
  ['src/activities/run-attempt.ts', "import '../config.ts';"],
  [
    'src/activities/run-attempt.ts',
    "import { createIsolatePool } from '../isolate/isolate-pool.ts'; createIsolatePool;",
  ],
  ['src/isolate/child-main.ts', "import '@temporalio/activity';"],
  ['src/isolate/child-main.ts', "import '../activities/run-attempt.ts';"],
  ['src/notifier/open-store.ts', "import '../agents/triage.ts';"],
  ['src/gateway/metrics.ts', "import '../workflows/run-agent.ts';"],
  ['src/gateway/metrics.ts', "import '../tools/define-tool.ts';"],
  ['src/payload/claim-check.ts', "import '../notifier/open-store.ts';"],
  ['src/payload/claim-check.ts', "import '@temporalio/client';"],
  ['src/feed/fold.ts', "import 'node:fs';"],
  ['src/plans/check-plan.ts', "import 'node:fs';"],
  ['src/reconciler/find-stall.ts', "import '../agents/triage.ts';"],
  ['src/testing/test-app.ts', "import '@jest/globals';"],
  ['src/testing/test-app.ts', "import '../gateway/metrics.ts';"],
  ['src/client.ts', "import '@temporalio/worker';"],
  ['src/cli.ts', "import './worker.ts';"],
];

const SCRIPT = `
import { ESLint } from 'eslint';
const RULES = ['@typescript-eslint/no-restricted-imports', 'no-restricted-properties', 'no-restricted-globals'];
const linter = new ESLint({
  ruleFilter: ({ ruleId }) => RULES.includes(ruleId),
  // The borders need no types, and making the types of each sample takes seconds.
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false } } },
});
const answers = [];
for (const [filePath, text] of JSON.parse(process.argv[1])) {
  const [{ messages }] = await linter.lintText(text, { filePath });
  answers.push(messages.map(({ ruleId, message }) => ({ ruleId, message })));
}
process.stdout.write(JSON.stringify(answers));
`;

/** In a process of its own: the linter loads its configuration in a way that test environments do not allow. */
function lint(samples: typeof CROSSINGS): Message[][] {
  const absolute = samples.map(([file, text]) => [resolve(file), text]);
  const args = ['--input-type=module', '-e', SCRIPT, JSON.stringify(absolute)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as Message[][];
}

test('every crossing of a border is refused by the linter', () => {
  const answers = lint(CROSSINGS);
  const letThrough = CROSSINGS.filter(
    (_, index) => !answers[index]?.some(({ ruleId }) => ruleId === '@typescript-eslint/no-restricted-imports'),
  );
  expect(letThrough).toEqual([]);
});

test('a workflow may import anything as a type, and the clock, chance and races are refused by value', () => {
  const file = 'src/workflows/run-agent.ts';
  const [types, race, environment] = lint([
    [file, "import type { z } from 'zod'; export type X = z.ZodType;"],
    [file, 'export const x = () => Promise.race([]);'],
    [file, 'export const x = () => process.env.HOME;'],
  ]);
  expect(types).toEqual([]);
  expect(race?.map(({ ruleId }) => ruleId)).toContain('no-restricted-properties');
  expect(environment?.map(({ ruleId }) => ruleId)).toContain('no-restricted-globals');
});
