import { expect, test } from '@jest/globals';
import { lintSamples, type Sample } from './lint-samples.ts';

/** Each import crosses the border of its folder. */
const CROSSINGS: Sample[] = [
  ['src/contracts/names.ts', "import '@temporalio/common';"],
  ['src/contracts/run.ts', "import '../agents/triage.ts';"],
  ['src/contracts/run.ts', "import 'node:fs';"],
  ['src/contracts/run.ts', "import 'node:fs/promises';"],
  ['src/contracts/run.ts', "import '@temporalio/common/lib/time';"],
  ['src/workflows/run-agent.ts', "import { z } from 'zod'; z.string();"],
  ['src/workflows/run-agent.ts', "import type { Stats } from 'node:fs'; export type X = Stats;"],
  ['src/workflows/run-agent.ts', "import '../config.ts';"],
  ['src/workflows/run-agent.ts', "import 'zod/v4';"],
  ['src/workflows/run-agent.ts', "import '../contracts/run.ts';"],
  ['src/workflows/run-agent.ts', "import { type ZodType, z } from 'zod'; export const x: ZodType = z;"],
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
  ['src/isolate/child-main.ts', "import type { Run } from '../activities/run-attempt.ts'; export type X = Run;"],
  ['src/notifier/open-store.ts', "import '../agents/triage.ts';"],
  ['src/gateway/metrics.ts', "import '../workflows/run-agent.ts';"],
  ['src/gateway/metrics.ts', "import '../tools/define-tool.ts';"],
  ['src/payload/claim-check.ts', "import '../notifier/open-store.ts';"],
  ['src/payload/claim-check.ts', "import '@temporalio/client';"],
  ['src/feed/fold.ts', "import 'node:fs';"],
  ['src/settings/settings.ts', "import '../client/start-run.ts';"],
  ['src/settings/settings.ts', "import 'node:fs';"],
  ['src/temporal/loopback.ts', "import '../client/start-run.ts';"],
  ['src/dev/server-record.ts', "import '../client/start-run.ts';"],
  ['src/dev/server-record.ts', "import '../cli/undo-list.ts';"],
  ['src/plans/check-plan.ts', "import 'node:fs';"],
  ['src/reconciler/find-stall.ts', "import '../agents/triage.ts';"],
  ['src/testing/test-app.ts', "import '@jest/globals';"],
  ['src/testing/test-app.ts', "import '../gateway/metrics.ts';"],
  ['src/client.ts', "import '@temporalio/worker';"],
  ['src/client/runs.ts', "import * as worker from '@temporalio/worker'; worker;"],
  ['src/client/runs.ts', "export * from '@temporalio/worker';"],
  ['src/cli.ts', "import './worker.ts';"],
  ['src/cli/doctor.ts', "import { createWorker } from '../worker.ts'; createWorker;"],
  ['src/cli/doctor.ts', "import { type Worker, Runtime } from '@temporalio/worker'; export const a: Worker = Runtime;"],
];

/** Each is let through by the same borders. */
const ALLOWED: Sample[] = [
  ['src/workflows/run-agent.ts', "import type { z } from 'zod'; export type X = z.ZodType;"],
  ['src/workflows/run-agent.ts', "import { type ZodType } from 'zod'; export type X = ZodType;"],
  ['src/workflows/run-agent.ts', "import '../contracts/names.ts';"],
  ['src/workflows/run-agent.ts', "import '../contracts/plan-order.ts';"],
  ['src/workflows/run-agent.ts', "import '../contracts/markdown.ts';"],
  ['src/workflows/run-agent.ts', "import '@temporalio/workflow';"],
  ['src/activities/run-attempt.ts', "import type { Pool } from '../isolate/isolate-pool.ts'; export type X = Pool;"],
  ['src/isolate/child-main.ts', "import '../activities/classify-failure.ts';"],
  ['src/isolate/child-main.ts', "import '../agents/triage.ts';"],
  ['src/agents/triage.ts', "import './cost-app.ts'; import '../spend/optimize.ts'; import 'zod';"],
  ['src/cli/doctor.ts', "export const load = () => import('../worker.ts');"],
  ['src/cli/doctor.ts', "import type { Worker } from '@temporalio/worker'; export type X = Worker;"],
];

const isBorder = ({ rule }: { rule: string }) => rule === 'eslint/no-restricted-imports';

test('every crossing of a border is refused by the linter, and what a border allows is not', () => {
  const findings = lintSamples([...CROSSINGS, ...ALLOWED]);
  const letThrough = CROSSINGS.filter((_, n) => !findings[n]?.some(isBorder));
  expect(letThrough).toEqual([]);
  expect(findings.slice(CROSSINGS.length).flat().filter(isBorder)).toEqual([]);
});

test('the linter says which border it is', () => {
  const [never, typesOnly, lazily] = lintSamples([
    ['src/agents/triage.ts', "import '../config.ts';"],
    ['src/workflows/run-agent.ts', "import 'zod';"],
    ['src/cli.ts', "import './worker.ts';"],
  ]).map((findings) => findings.find(isBorder)?.message);
  expect(never).toMatch(/src\/agents may not import this: see "Borders" in docs\/architecture.md/);
  expect(typesOnly).toMatch(/src\/workflows may import this as a type only/);
  expect(lazily).toMatch(/load it with import\(\) when needed/);
});
