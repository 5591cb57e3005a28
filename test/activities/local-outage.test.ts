import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { activityHistory } from '../support/activity-history.ts';
import { ledgerOutage } from '../support/ledger-outage.ts';
import { startTestWorker } from '../support/test-run.ts';

const put = defineTool({
  name: 'put',
  effect: 'idempotent',
  input: z.object({}),
  output: z.object({}),
  run: () => ({}),
});
const nearby = defineAgent({
  name: 'nearby',
  local: true,
  input: z.object({}),
  output: z.object({}),
  tools: { put },
  retry: { maxAttempts: 1 },
  run: (_input, { tools }) => tools.put({}),
});

const outage = ledgerOutage();
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [nearby], guard: outage.guard });
});
afterAll(() => worker.stop());

test('a local agent whose ledger is down is called again as an activity, and its one attempt is not used up', async () => {
  // More often than there is time for within the workflow's task.
  outage.begin(6);
  const { outcome, events, handle } = await worker.runAgent('nearby');
  expect(outcome).toMatchObject({ success: true, agent: 'nearby' });
  expect(outage.over()).toBe(true);
  expect((await activityHistory(handle)).map(({ type }) => type)).toContain('nearby');
  const [retry] = events.filter(({ type }) => type === 'agent_retrying');
  expect(retry?.payload).toMatchObject({ error: { type: 'NetworkError' }, next_attempt_in_ms: 0 });
  expect(events.filter(({ type }) => /^agent_(completed|error|death)$/.test(type))).toHaveLength(1);
});
