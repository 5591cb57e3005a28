import type { NewEvent } from '../../src/contracts/event.ts';
import { thought } from './test-gateway.ts';

type Options = { userId: string; runId: string; text?: (n: number) => string };

/** Events of one run of one agent as long as a test wants: its beginning, its n-th thought with a call, and its end. */
export function longRun({ userId, runId, text = (n) => `thought ${n}` }: Options) {
  let count = 0;
  function event<Type extends NewEvent['type']>(
    type: Type,
    payload: Extract<NewEvent, { type: Type }>['payload'],
    change: Partial<NewEvent> = {},
  ): NewEvent {
    count += 1;
    return { ...thought(userId, count, { runId }), ...change, type, payload } as NewEvent;
  }
  const ofRun = { agent: null, agent_run: null, exec: `run.1.1764000000000` };

  return {
    beginning: () => [
      event('run_started', { workflow: 'runAgent', agents: ['triage'] }, ofRun),
      event('agent_started', { input_summary: text(0) }),
    ],
    /** Three events for each number from `from` to `to`. */
    thoughts: (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((n) => [
        event('agent_thinking', { reasoning: text(n), step_number: n, progress_percentage: 50 }),
        event('tool_executing', { tool_name: 'look', call_id: `call-${n}`, parameters: {} }),
        event('tool_completed', {
          tool_name: 'look',
          call_id: `call-${n}`,
          success: true,
          result: text(n),
          execution_time_ms: 1,
        }),
      ]),
    question: () => [
      event(
        'approval_requested',
        { approval_id: 'a1', question: text(0), options: ['approve', 'reject'], expires_at: new Date().toISOString() },
        ofRun,
      ),
    ],
    end: () => [
      event('agent_completed', { result: text(0), execution_time_ms: 1_000, recovered: false }),
      event('run_completed', { status: 'completed', summary: text(0), execution_time_ms: 1_000 }, ofRun),
    ],
  };
}
