import { expect, test } from '@jest/globals';
import { showText } from '../../src/cli/show-text.ts';

const run = {
  run_id: 'r1',
  workflow_id: 'runPlan/u1/r1',
  workflow: 'runPlan',
  user_id: 'u1',
  status: 'cancelled' as const,
  started_at: '2026-11-25T00:00:00.000Z',
  ended_at: '2026-11-25T00:00:09.000Z',
};
const undone = { agent: 'a', step: null, of: 'a-1', generation: 0, started_at: run.started_at, ended_at: run.ended_at };

const diagnosis = {
  reason: 'ended_badly' as const,
  since: run.ended_at,
  summary: 'the run ended as cancelled',
  evidence: ['b was at work'],
  remedies: [{ command: 'baton retry r1', does: 'starts it again' }],
};

test('a run that was cancelled shows how long it took to stop, agent by agent, and what was undone', () => {
  const text = showText({
    ...run,
    diagnosis,
    paused_by: null,
    approvals: [],
    time_to_stop_ms: 1_240,
    agents: [
      { success: true, agent: 'a', attempts: 1, execution_time_ms: 50, recovered: false },
      { success: false, agent: 'b', attempts: 1, execution_time_ms: 0, recovered: false, time_to_stop_ms: 131 },
    ],
    compensations: [
      { ...undone, success: false, error: { type: 'ToolFailed', message: 'closed' } },
      { ...undone, of: 'c-1', success: true, error: null },
    ],
    pending: [],
    ui: null,
  });
  expect(text).toContain('stopped   1.2 s after the request to cancel');
  expect(text).toMatch(/^b +cancelled +1 +0 ms +ended 131 ms after the request to cancel$/m);
  expect(text).toContain('a-1 could not be undone: closed');
  expect(text).toContain('c-1 is undone');
  expect(text).toMatch(
    /ended_badly: the run ended as cancelled\n {2}since .*\n {2}b was at work\n\nnext:\n {2}baton retry r1\n/,
  );
});
