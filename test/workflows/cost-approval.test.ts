import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { costApp } from '../../src/agents/cost-app.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { Report } from '../../src/contracts/report.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const AZURE = resolve('examples/data/AzureLLMInferenceTrace_code.csv');
const dataDir = mkdtempSync(join(tmpdir(), 'baton-approval-'));
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: costApp({ dataDir }).agents });
});
afterAll(async () => {
  await worker.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startAsking(options: { approval_timeout_ms?: number } = {}) {
  const input = { files: [AZURE], model: 'claude-sonnet-4-5', require_approval: true, ...options };
  const { handle, runId } = await worker.start('costOptimization', input);
  const asked = await worker.recorder.until(({ type, run_id }) => type === 'approval_requested' && run_id === runId);
  return { handle: handle as WorkflowHandle, runId, asked: asked as Extract<NewEvent, { type: 'approval_requested' }> };
}

const story = (runId: string) =>
  worker.recorder
    .of(runId)
    .filter(({ type }) => /^(approval|agent_started|agent_completed)/.test(type))
    .map(({ type, agent }) => (agent ? `${agent} ${type.slice('agent_'.length)}` : type));

test('a run that needs approval asks with its figure after optimization, and plans only once it is approved', async () => {
  const { handle, runId, asked } = await startAsking();
  expect(asked.payload.question).toBe('Make a plan to save about $2629 a month (5.9%)?');
  expect(story(runId).at(-1)).toBe('approval_requested');
  await handle.signal('decide', { approval_id: 'plan', decision: 'approve', by: 'u1' });
  const { status, result } = await outcomeOf<Report>(handle);
  expect([status, result?.status]).toEqual(['completed', 'completed']);
  expect(story(runId).slice(-7)).toEqual([
    'optimization completed',
    'approval_requested',
    'approval_decided',
    'actions started',
    'actions completed',
    'reporting started',
    'reporting completed',
  ]);
});

test('a rejected plan ends the run with the words of who rejected it, and no plan is made', async () => {
  const { handle, runId } = await startAsking();
  await handle.signal('decide', { approval_id: 'plan', decision: 'reject', by: 'cfo', comment: 'not this quarter' });
  const { status, error } = await outcomeOf(handle);
  expect({ status, error }).toEqual({
    status: 'failed',
    error: { type: 'Rejected', message: 'the plan was rejected by cfo: not this quarter' },
  });
  expect(story(runId)).not.toContain('actions started');
});

test('a plan that nobody decides on in time is rejected', async () => {
  const { handle } = await startAsking({ approval_timeout_ms: 300 });
  expect((await outcomeOf(handle)).error).toEqual({ type: 'Rejected', message: 'the plan was rejected by expiry' });
});
