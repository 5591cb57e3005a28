import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import type { Step } from '../support/scripted.ts';

const { agents, open } = gatedAgents();
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  gateway = await startTestGateway();
  worker = await startTestWorker({ agents, notifier: gateway.log });
});
afterAll(async () => {
  await worker.stop();
  await gateway.stop();
});

const ASKS: Step[] = [{ ask: { id: 'go', question: 'Go on?' } }, { agent: 'quick' }];

/** A run of user `ann`, followed up to the first event of this type. */
async function startUntil(type: string, steps: Step[]) {
  const { handle, runId } = await worker.start('scripted', { steps }, { userId: 'ann' });
  for await (const event of gateway.log.follow({ userId: 'ann', runId, after: 0 })) if (event.type === type) break;
  return { handle, runId, path: `/v1/runs/${runId}` };
}

async function answer(response: Response) {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a decision is taken once: the second one gets the first one back', async () => {
  const { handle, path } = await startUntil('approval_requested', ASKS);
  const first = await answer(
    await gateway.post('ann', `${path}/approvals/go`, { decision: 'approve', comment: 'fine' }),
  );
  expect(first).toEqual({
    status: 200,
    body: { approval_id: 'go', decision: 'approve', comment: 'fine', by: 'ann' },
  });
  const second = await answer(await gateway.post('ann', `${path}/approvals/go`, { decision: 'reject' }));
  expect(second).toMatchObject({
    status: 409,
    body: { code: 'already_decided', first: { decision: 'approve', by: 'ann' } },
  });
  expect((await outcomeOf(handle)).result).toMatchObject([{ decision: 'approve', by: 'ann' }, { success: true }]);
});

test('the state of a run has the questions that wait, and none that was answered', async () => {
  const { handle, path, runId } = await startUntil('approval_requested', [
    { ask: { id: 'go', question: 'Go on?' } },
    { ask: { id: 'sure', question: 'Sure?' } },
  ]);
  const asked = async () => (await answer(await gateway.call('ann', path))).body.approvals;
  expect(await asked()).toMatchObject([{ approval_id: 'go' }]);
  await gateway.post('ann', `${path}/approvals/go`, { decision: 'approve' });
  for await (const { type, payload } of gateway.log.follow({ userId: 'ann', runId, after: 0 })) {
    if (type === 'approval_requested' && payload.approval_id === 'sure') break;
  }
  expect(await asked()).toMatchObject([{ approval_id: 'sure' }]);
  await gateway.post('ann', `${path}/approvals/sure`, { decision: 'approve' });
  await outcomeOf(handle);
  expect(await asked()).toEqual([]);
});

test('a decision that is no option, on nothing asked, or by somebody else is refused, and the run waits on', async () => {
  const { handle, path } = await startUntil('approval_requested', ASKS);
  const refusals = [
    await answer(await gateway.post('ann', `${path}/approvals/go`, { decision: 'maybe' })),
    await answer(await gateway.post('ann', `${path}/approvals/other`, { decision: 'approve' })),
    await answer(await gateway.post('bob', `${path}/approvals/go`, { decision: 'approve' })),
  ];
  expect(refusals.map(({ status, body }) => `${status} ${String(body.code)}`)).toEqual([
    '422 invalid_input',
    '404 not_found',
    '404 not_found',
  ]);
  await handle.signal('decide', { approval_id: 'go', decision: 'approve', by: 'ann' });
  expect((await outcomeOf(handle)).status).toBe('completed');
});

test('a run is paused, resumed and told so; each may be sent twice', async () => {
  const { handle, path, runId } = await startUntil('approval_requested', ASKS);
  for (const action of ['pause', 'pause', 'resume', 'resume']) {
    expect((await gateway.post('ann', `${path}/${action}`, {})).status).toBe(202);
  }
  await gateway.post('ann', `${path}/approvals/go`, { decision: 'approve' });
  await outcomeOf(handle);
  const told = await gateway.log.read({ userId: 'ann', runId, after: 0, limit: 100 });
  expect(
    told.filter(({ type }) => /^run_(paused|resumed)$/.test(type)).map(({ type, payload }) => [type, payload]),
  ).toEqual([
    ['run_paused', { by: 'ann', action: 'pause' }],
    ['run_resumed', { by: 'ann', action: 'resume' }],
  ]);
});

test('a failed run is tried again with what was completed, and a completed one is not', async () => {
  const failing: Step[] = [{ agent: 'quick' }, { fail: 'no more' }];
  const { handle, path, runId } = await startUntil('run_failed', failing);
  await outcomeOf(handle);
  expect((await gateway.post('ann', `${path}/retry`, {})).status).toBe(202);
  for await (const { type, generation } of gateway.log.follow({ userId: 'ann', runId, after: 0 })) {
    if (type === 'run_failed' && generation === 1) break;
  }
  const told = await gateway.log.read({ userId: 'ann', runId, after: 0, limit: 100 });
  expect(told.filter(({ type }) => type === 'agent_started')).toHaveLength(1);

  const done = await startUntil('run_completed', [{ agent: 'quick' }]);
  await outcomeOf(done.handle);
  const refused = await answer(await gateway.post('ann', `${done.path}/retry`, {}));
  expect(refused).toMatchObject({ status: 409, body: { code: 'not_retryable' } });
});

test('the same request is one run, and another input under its id a conflict', async () => {
  const send = async (request: string) =>
    answer(
      await gateway.post('ann', '/v1/runs', {
        workflow: 'costOptimization',
        input: { request },
        request_id: 'q1',
      }),
    );
  const first = await send('save');
  expect(first).toMatchObject({ status: 202, body: { run_id: expect.any(String) } });
  expect(await send('save')).toEqual({ status: 200, body: first.body });
  expect(await send('spend')).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
});

test('who asks for the report when the feed has told the end, a moment before the run closes, waits for it', async () => {
  const { handle, path, runId } = await startUntil('agent_started', [{ agent: 'gated', input: { name: 'closing' } }]);
  const [started] = await gateway.log.read({ userId: 'ann', runId, after: 0, limit: 1 });
  const payload = { status: 'completed' as const, summary: 'done', execution_time_ms: 1 };
  await gateway.log.publish({ ...started, id: `${runId}:end`, type: 'run_completed', payload } as NewEvent);
  const asked = gateway.call('ann', `${path}/report`).then(answer);
  expect((await answer(await gateway.call('ann', path))).body.status).toBe('completed');
  open('closing');
  expect((await asked).body.code).toBe('no_report');
  await outcomeOf(handle);
});
