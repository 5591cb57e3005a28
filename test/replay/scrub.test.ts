import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowBundle } from '@temporalio/worker';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import { bundleApp } from '../../src/replay/bundle-app.ts';
import { checkHistories, isGood } from '../../src/replay/check-histories.ts';
import type { FeedSkeleton } from '../../src/replay/feed-skeleton.ts';
import { historyOf, type HistoryJson } from '../../src/replay/history-json.ts';
import { knownTexts } from '../../src/replay/known-texts.ts';
import type { NamedHistory } from '../../src/replay/replay-histories.ts';
import { scrubHistory } from '../../src/replay/scrub-history.ts';
import { scrubbedCopy } from '../../src/replay/scrubbed-copy.ts';
import { seenFeed } from '../../src/replay/seen-feed.ts';
import { startTestWorker } from '../support/test-run.ts';
import { committedHistories } from './committed.ts';

const SECRETS = {
  user: 'alice@example.com',
  input: 'Tumour, left lung',
  key: 'patient_4711',
  question: 'Shall Dr. Hopf be told?',
  comment: 'She said yes on the phone',
  result: 'Call +49 30 901820',
  failure: 'no bed for Ms. Alice Liddell',
  by: 'nurse.ratched',
};

const clinic = defineAgent({
  name: 'clinic',
  input: z.looseObject({}),
  output: z.looseObject({}),
  async run(_given, { ask }) {
    await ask({ question: SECRETS.question });
    return { [SECRETS.key]: SECRETS.result };
  },
});
const ward = defineAgent({
  name: 'ward',
  input: z.looseObject({}),
  output: z.looseObject({}),
  retry: { maxAttempts: 1 },
  run() {
    throw new BatonError('ToolFailed', SECRETS.failure);
  },
});

let at: Awaited<ReturnType<typeof startTestWorker>>;
let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  at = await startTestWorker({ agents: [clinic, ward] });
  workflowBundle = await bundleApp({});
});
afterAll(() => at.stop());

/** A plan of two steps, whose second one fails and is undone by the first agent's colleague. */
async function treatment(): Promise<NamedHistory & { seen: FeedSkeleton }> {
  const plan = {
    name: 'treatment',
    steps: [
      { id: 'admit', agent: 'clinic', input: { [SECRETS.key]: '$input.finding' }, compensate: { agent: 'ward' } },
      { id: 'bed', agent: 'ward', input: `$steps.admit.${SECRETS.key}`, needs: ['admit'] },
    ],
  };
  const input = { plan, input: { finding: SECRETS.input } };
  const { handle, runId } = await at.start('runPlan', input, { userId: SECRETS.user });
  const asked = await at.recorder.until(({ run_id, type }) => run_id === runId && type === 'approval_requested');
  const { approval_id } = asked.payload as { approval_id: string };
  const decision = { approval_id, decision: 'approve', by: SECRETS.by, comment: SECRETS.comment };
  await handle.signal('decide', decision);
  await expect(handle.result()).rejects.toThrow();
  const history = historyOf(await handle.fetchHistory());
  return { name: 'treatment', history, seen: seenFeed(at.recorder.of(runId), history) as FeedSkeleton };
}

/** Everything a history says, with its payloads read. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  const payloads = [...text.matchAll(/"data":"([^"]*)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  );
  return [text, ...payloads].join('\n');
}

/** Each secret also as it stands in an id. */
const secretsIn = (text: string) =>
  [
    ...Object.values(SECRETS),
    encodeURIComponent(SECRETS.user),
    hostname(),
    `${process.pid}@`,
    userInfo().homedir,
  ].filter((secret) => text.includes(secret));

test('a scrubbed history has nothing left of its user and machine, and replays with the feed beside it', async () => {
  const whole = await treatment();
  expect(secretsIn(textOf(whole)).length).toBeGreaterThan(Object.keys(SECRETS).length);

  const { history, feed } = await scrubbedCopy({ history: whole, workflowBundle });

  expect(secretsIn(textOf(history))).toEqual([]);
  expect(secretsIn(JSON.stringify(feed))).toEqual([]);
  const [check] = await checkHistories({ workflowBundle, histories: [{ name: 'scrubbed', history, seen: feed }] });
  expect(check).toMatchObject({ fault: null, divergence: null, feed: [] });
  expect(history.events.map(({ eventType }) => eventType)).toEqual(
    whole.history.events.map(({ eventType }) => eventType),
  );
  expect(feed.agents.map(({ agent_run, end }) => [agent_run, end])).toEqual([
    ['admit', 'agent_completed'],
    ['bed', 'agent_error'],
    ['undo-admit-1', 'agent_error'],
  ]);
});

test('histories of other paths can be scrubbed, and do not differ from time to time', async () => {
  const copies: { name: string; history: HistoryJson; seen: FeedSkeleton }[] = [];
  const paths = ['cost-approved', 'local-plan', 'compensate-run', 'plan-parallel', 'plan-continues'];
  for (const history of (await committedHistories()).filter(({ name }) => paths.includes(name))) {
    const { feed, ...copy } = await scrubbedCopy({ history, workflowBundle });
    expect(scrubHistory(history.history, { known: knownTexts(workflowBundle.code) })).toEqual(copy.history);
    copies.push({ name: history.name, ...copy, seen: feed });
  }
  const checks = await checkHistories({ workflowBundle, histories: copies });
  expect(checks.filter((check) => !isGood(check))).toEqual([]);
});

test('of code that did not run the history no copy is made', async () => {
  const [history] = await committedHistories();
  const { events = [], agents = [] } = history?.seen ?? {};
  const other = { ...history, seen: { agents, events: events.slice(1) } } as NamedHistory & { seen: FeedSkeleton };
  await expect(scrubbedCopy({ history: other, workflowBundle })).rejects.toThrow(
    /its user saw something else than this code shows: \+ run: run_started .*; export it with the code that ran it/,
  );
});
